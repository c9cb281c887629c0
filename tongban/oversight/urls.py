"""The addresses of oversight."""

from django.urls import path

from tongban.oversight.views import (
    copies,
    differences,
    drafts,
    handins,
    home,
    items,
    lists,
    openings,
    review,
    running,
)

app_name = "oversight"

urlpatterns = [
    path("", home.home, name="home"),
    path("nodes/", running.nodes, name="nodes"),
    path("exchange/", running.exchange, name="exchange"),
    path("exchange/retry", running.retry_all, name="retry-all"),
    path("exchange/<int:received_id>/retry", running.retry, name="retry"),
    path("exchange/<int:received_id>/drop/", running.drop, name="drop"),
    path("items/", items.items, name="items"),
    path("items/<str:code>/", items.item, name="item"),
    path("items/<str:code>/compare/", items.compare, name="compare"),
    path("items/<str:code>/begin", drafts.begin, name="begin-draft"),
    path("items/<str:code>/versions/<str:ref>/", items.version, name="version"),
    path("drafts/", drafts.open_drafts, name="drafts"),
    path("drafts/<int:draft_id>/", drafts.draft, name="draft"),
    path("drafts/<int:draft_id>/when/", drafts.when, name="draft-when"),
    path("drafts/<int:draft_id>/preview/", drafts.preview, name="draft-preview"),
    path("drafts/<int:draft_id>/materials/", drafts.material_list, name="draft-materials"),
    path("drafts/<int:draft_id>/materials/<slug:spec>/", drafts.material, name="draft-material"),
    path("drafts/<int:draft_id>/hand-in", drafts.hand_in, name="hand-in"),
    path("drafts/<int:draft_id>/drop/", drafts.drop, name="drop-draft"),
    path("drafts/<int:draft_id>/publish/", review.publish, name="publish"),
    path("drafts/<int:draft_id>/send-back/", review.send_back, name="send-back"),
    path("drafts/<int:draft_id>/sections/<str:key>/", drafts.section, name="draft-section"),
    path("rollouts/", openings.rollouts, name="rollouts"),
    path("rollouts/<slug:key>/", openings.rollout, name="rollout"),
    path("agreements/", openings.agreements, name="agreements"),
    path("differences/", differences.differences, name="differences"),
    path("differences/<str:code>/<str:place>/", differences.of_item, name="item-differences"),
    path("lists/", lists.lists, name="lists"),
    path("imports/", handins.hand_ins, name="hand-ins"),
    path("imports/download/<str:kind>", handins.download, name="download"),
    path("imports/<slug:token>/", handins.hand_in, name="hand-in-file"),
    path("imports/<slug:token>/faults.csv", handins.faults, name="hand-in-faults"),
    path("imports/<slug:token>/take-in", handins.take_in, name="take-in"),
    path("imports/<slug:token>/again", handins.look_again, name="look-again"),
    path("imports/<slug:token>/give-up", handins.give_up, name="give-up"),
    path("copies/", copies.copies, name="copies"),
]
