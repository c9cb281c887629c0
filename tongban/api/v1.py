"""API v1: which resources it has, how it refuses, and its own description."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.operation import Operation

from tongban.api import (
    acts,
    availability,
    caching,
    case_documents,
    cases,
    changes,
    countersignatures,
    differences,
    documents,
    events,
    guides,
    hooks,
    implementations,
    inquiries,
    items,
    materials,
    problems,
    requests,
    rollouts,
    tokens,
    versions,
)
from tongban.api.bearer import SCHEME
from tongban.api.reading import JsonParser
from tongban.basics.refusals import Refused
from tongban.parties.operations import SCOPES

DESCRIPTION = """\
其他系统用的接口：查事项目录、代申请人提交、看办件、取经过、提请求、协查、收件和办理。
目录（事项、版本、实施清单、指南、差异、开通范围、文件、变化）是公开的，不用令牌。
其余的要令牌：用客户端凭证领取（POST /token），受地域和权限约束；收件、办理和协查的令牌还写明
是哪一位工作人员（officer），每一步都按页面上的同一条规则检查，记在这位工作人员名下。
每一次拒绝都是RFC 9457的problem+json，`code`给机器看，`detail`给人看。
"""
_SCOPE_MEANINGS = {
    "items": "查事项目录（目录公开，不带令牌也可以查）",
    "submit": "上传材料、提交申请",
    "cases": "看本地方的办件，含申请人信息和材料",
    "events": "看本地方办件的经过，不含个人信息",
    "requests": "对办件提请求、看和写答复",
    "inquiries": "协查：发起、看、答复（令牌写明工作人员）",
    "acts": "收件、受理、决定等每一步（令牌写明工作人员）",
    "hooks": "订阅本机关办件的变化，由本节点推送",
}
SECURITY = {
    SCHEME: {
        "type": "oauth2",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/api/v1/token",
                "scopes": {scope: _SCOPE_MEANINGS[scope] for scope in SCOPES},
            }
        },
    }
}


class Api(NinjaAPI):
    """The API with one way to refuse, and a description that is true to it."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Resource and verb: cases_submit."""
        module = operation.view_func.__module__.rpartition(".")[2]
        return f"{module}_{operation.view_func.__name__}"

    @cached_property
    def _described(self) -> dict[str, Any]:
        return {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> Any:
        """OpenAPI 3.1, with problems under their own media type and the scopes of each call.

        Made once a process, since it takes half a second and anybody may ask for it; read-only.
        """
        prefix = path_prefix or self.get_root_path(path_params or {})
        if prefix not in self._described:
            self._described[prefix] = self._describe(prefix)
        return self._described[prefix]

    def _describe(self, prefix: str) -> Any:
        schema = super().get_openapi_schema(path_prefix=prefix)
        schema["components"]["securitySchemes"] = SECURITY
        for path, methods in schema["paths"].items():
            for operation in methods.values():
                _describe_problems(operation["responses"])
                caching.describe(path.removeprefix("/api/v1"), operation)
        return schema


def _describe_problems(responses: dict[Any, Any]) -> None:
    for status, response in responses.items():
        if isinstance(status, int) and status >= 400 and "content" in response:
            response["content"] = {problems.MEDIA_TYPE: response["content"].pop("application/json")}
    responses["default"] = {
        "description": "Any refusal",
        "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


api = Api(
    title="通办接口",
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    urls_namespace="api-1",
    parser=JsonParser(),
)
RESOURCES = (
    tokens, items, versions, implementations, availability, guides, differences, rollouts,
    documents, changes, materials, cases, events, case_documents, requests, inquiries, acts,
    countersignatures, hooks,
)  # fmt: skip
for resource in RESOURCES:
    api.add_router("", resource.router)

# The library has handlers of its own for some of these; ours takes the place of all of them.
for kind in [*api._exception_handlers, Refused]:
    api.add_exception_handler(kind, cast(Any, problems.handle))


def urls() -> tuple[list[URLPattern | URLResolver], str, str]:
    """The addresses of the API, each refusing unknown methods with a problem too."""
    patterns, app, namespace = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = _with_problems(pattern.callback)
    return patterns, app, namespace


def _with_problems(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if not isinstance(response, HttpResponseNotAllowed):
            is_public = caching.is_public(request.path.partition("/v1")[2])
            return caching.conditional(request, response) if is_public else response
        refusal = problems.MethodNotAllowed(
            _("这个地址只支持：%(methods)s") % {"methods": response["Allow"]}
        )
        problem = problems.answer(request, refusal)
        problem["Allow"] = response["Allow"]
        return problem

    answer.csrf_exempt = True  # type: ignore[attr-defined] # tokens, not cookies, say who asks
    return answer


def no_such_address(request: HttpRequest) -> HttpResponse:
    """What every other path under /api/ gets."""
    return problems.answer(
        request, problems.NoSuchAddress(_("没有这个地址，接口说明在/api/v1/openapi.json"))
    )
