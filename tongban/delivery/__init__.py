"""The paper bridge: what cannot travel as data travels in parcels, and nobody has to guess where.

A parcel is a chain of its own (`p22-…`, see `exchange/shared_chains`), kept by the nodes of its two
ends. Its states and moves stand in `states`, what an event does to it in `standing`. An office or an
applicant packs it sheet by sheet, somebody signs when it leaves, somebody ticks each sheet when it
arrives. From the hand-over on the pen lies with the node it is bound for: that node writes what
the courier tells, and takes it from the ordering node by message (`news`), so the chain never forks.

Couriers stand behind one protocol (`couriers`); they are asked outside any transaction by a job of
the worker (`ordering`), are tried again while they are away, and a hand-over with a waybill typed
by hand never waits for them. How an applicant gets the result is a chain as well (`d22-…`,
`operations/choosing`), because its address is personal and goes only to nodes that have the case.

This domain knows no cases. Whoever does says what it needs to know of one, and hears what happened
to its papers, through `casebook`. Limits of days here come from no law; they are the platform's
defaults and pages say so (`rules`).
"""
