"""The addresses of parcels, at the desk."""

from django.urls import path

from tongban.desk.views import packing, parcel_acts, parcels

PARCELS = [
    path("parcels/", parcels.parcels, name="parcels"),
    path("parcels/pack/", packing.pack, name="pack"),
    path("parcels/<str:parcel>/", parcels.parcel, name="parcel"),
    path("parcels/<str:parcel>/slip/", parcels.slip, name="slip"),
    path("parcels/<str:parcel>/acts/<slug:name>", parcel_acts.act, name="parcel-act"),
    path("cases/<str:number>/parcels/", parcels.case_parcels, name="case-parcels"),
    path("cases/<str:number>/parcels/file", parcel_acts.file_paper, name="file-paper"),
]
