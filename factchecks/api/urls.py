from django.urls import path, re_path

from factchecks.api import claim_reviews, views

V1 = "api/v1/"

urlpatterns = [
    path("claimreview.json", claim_reviews.claim_reviews, name="claimreview"),
    path("api/", views.page, name="api"),
    path(V1, views.root, name="api-root"),
    path(f"{V1}openapi.json", views.openapi, name="api-openapi"),
    path(f"{V1}schema/document-v1.json", views.document_schema, name="api-document-schema"),
    path(f"{V1}fact-checks/", views.fact_checks, name="api-fact-checks"),
    path(f"{V1}fact-checks/<uslug:slug>/", views.fact_check, name="api-fact-check"),
    path(f"{V1}fact-checks/<uslug:slug>/versions/", views.versions, name="api-versions"),
    path(f"{V1}fact-checks/<uslug:slug>/versions/<int:number>/", views.version, name="api-version"),
    path(f"{V1}corrections/", views.corrections, name="api-corrections"),
    re_path(r"^api/.*/\Z", views.nothing, name="api-nothing"),
]
