"""Everything that can happen to a parcel, split by what people do with it."""
