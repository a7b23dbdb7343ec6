"""Who can assume the roles: jobs of GitHub or GitLab by their tokens, or roles of a pipeline in another account.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from troposphere import AWSHelperFn, AWSObject, Equals, If, Parameter, Ref, Select, Split, Sub
from troposphere.iam import OIDCProvider

from sfnorch.cfn.roles import build_allow_statement
from sfnorch.cfn.values import PolicyStatement, TemplateValue

REPOSITORY, BRANCH, ENVIRONMENT, PROVIDER = "Repository", "Branch", "Environment", "ProviderArn"
PIPELINE_ACCOUNT, PIPELINE_STACK = "PipelineAccount", "PipelineStackName"
"""Parameters."""

PIPELINE_REVIEW, PIPELINE_DEPLOY = "review", "pipeline"
"""The ends of the names of a pipeline's roles that assume these."""

_PROVIDER, _CREATES_PROVIDER = "IdentityProvider", "CreatesProvider"
_GITHUB, _GITLAB = "token.actions.githubusercontent.com", "gitlab.com"
_STS = "sts.amazonaws.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Who assumes the roles of an environment: the policies, and what they need in the template."""

    kind: str
    preview: TemplateValue | None
    """The trust policy of the role for pull requests; None if there is no such role."""
    review: TemplateValue
    deploy: TemplateValue
    parameters: tuple[Parameter, ...]
    statements: tuple[PolicyStatement, ...] = ()
    """What the role of deployments also needs."""
    conditions: tuple[tuple[str, AWSHelperFn], ...] = ()
    resources: tuple[AWSObject, ...] = ()


def trust_github() -> Trust:
    """Return the trust in jobs of GitHub Actions.

    Since 2026 STS evaluates the claims repository, ref and environment, in commercial Regions [documented]. `sub` is
    required beside them, and has the numbers of owner and repository in repositories that are new since July 2026
    [documented]. A wildcard for the numbers alone would also match another repository of the owner.
    https://docs.github.com/en/actions/reference/security/oidc
    https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/
    """

    def trust(end: str, **claims: TemplateValue) -> TemplateValue:
        owner, name = (Select(index, Split("/", Ref(REPOSITORY))) for index in (0, 1))
        subjects = [
            Sub(f"repo:${{{REPOSITORY}}}:{end}"),
            Sub(f"repo:${{Owner}}@*/${{Name}}@*:{end}", Owner=owner, Name=name),
        ]
        exact: dict[str, TemplateValue] = {"aud": _STS, "repository": Ref(REPOSITORY), **claims}
        equal: TemplateValue = {f"{_GITHUB}:{claim}": value for claim, value in exact.items()}
        return _trust_tokens({"StringEquals": equal, "StringLike": {f"{_GITHUB}:sub": subjects}})

    branch = Sub(f"refs/heads/${{{BRANCH}}}")
    environment = Ref(ENVIRONMENT)
    return Trust(
        kind="GitHub Actions",
        preview=trust("pull_request"),
        review=trust(f"ref:refs/heads/${{{BRANCH}}}", ref=branch),
        deploy=trust(f"environment:${{{ENVIRONMENT}}}", ref=branch, environment=environment),
        parameters=(
            _make_repository("owner/name, as on GitHub", r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+"),
            _make_branch(),
            Parameter(
                ENVIRONMENT,
                Type="String",
                Description="The environment of GitHub in which a job deploys",
                AllowedPattern="^[A-Za-z0-9][A-Za-z0-9._-]*$",
                ConstraintDescription="letters, digits, dots, dashes and underscores",
            ),
            _make_provider_parameter(_GITHUB),
        ),
        conditions=(_make_provider_condition(),),
        resources=(_make_provider(_GITHUB, _STS),),
    )


def trust_gitlab() -> Trust:
    """Return the trust in jobs of GitLab CI/CD on gitlab.com.

    The subject of a token has the project and the branch, and no environment: GitLab alone holds a job back until its
    approval. https://docs.gitlab.com/ci/secrets/id_token_authentication/ [documented]
    """
    audience = {f"{_GITLAB}:aud": f"https://{_GITLAB}"}
    project = f"project_path:${{{REPOSITORY}}}:ref_type:branch:ref:"
    main = _trust_tokens({"StringEquals": {**audience, f"{_GITLAB}:sub": Sub(f"{project}${{{BRANCH}}}")}})
    any_branch: TemplateValue = {"StringEquals": audience, "StringLike": {f"{_GITLAB}:sub": Sub(f"{project}*")}}
    return Trust(
        kind="GitLab CI/CD",
        preview=_trust_tokens(any_branch),
        review=main,
        deploy=main,
        parameters=(
            _make_repository("group/project, as on GitLab", r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)+"),
            _make_branch(),
            _make_provider_parameter(_GITLAB),
        ),
        conditions=(_make_provider_condition(),),
        resources=(_make_provider(_GITLAB, f"https://{_GITLAB}"),),
    )


def trust_pipeline() -> Trust:
    """Return the trust in two roles of a pipeline's stack, which can be in another account.

    A principal must exist, and these roles are created later. The principal is therefore the account, and a condition
    names the role. https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
    """

    def trust(role: str) -> TemplateValue:
        account = Sub(f"arn:${{AWS::Partition}}:iam::${{{PIPELINE_ACCOUNT}}}:root")
        arn = Sub(f"arn:${{AWS::Partition}}:iam::${{{PIPELINE_ACCOUNT}}}:role/${{{PIPELINE_STACK}}}-{role}")
        condition = {"ArnEquals": {"aws:PrincipalArn": arn}}
        return _make_policy({"AWS": account}, "sts:AssumeRole", condition)

    return Trust(
        kind="CodePipeline",
        preview=None,
        review=trust(PIPELINE_REVIEW),
        deploy=trust(PIPELINE_DEPLOY),
        parameters=(
            Parameter(
                PIPELINE_ACCOUNT,
                Type="String",
                Description="The account of the pipeline's stack",
                AllowedPattern="^[0-9]{12}$",
                ConstraintDescription="the 12 digits of an account",
            ),
            Parameter(
                PIPELINE_STACK,
                Type="String",
                Description="The name of the pipeline's stack",
                AllowedPattern="^[a-zA-Z][-a-zA-Z0-9]*$",
                ConstraintDescription="the name of a stack: letters, digits and hyphens",
            ),
        ),
        statements=_allow_reading_artifacts(),
    )


def _allow_reading_artifacts() -> tuple[PolicyStatement, ...]:
    """Return the statements that read encrypted artifacts of the pipeline.

    CloudFormation generates the name of the bucket and the id of the key. The policies of both let only this role in.
    """
    account = {"StringEquals": {"aws:ResourceAccount": Ref(PIPELINE_ACCOUNT)}}
    objects = [Sub("arn:${AWS::Partition}:s3:::*-artifactbucket-*/*")]
    keys = [Sub(f"arn:${{AWS::Partition}}:kms:${{AWS::Region}}:${{{PIPELINE_ACCOUNT}}}:key/*")]
    by_s3 = {"StringLike": {"kms:ViaService": "s3.*.amazonaws.com*"}}
    return (
        build_allow_statement("ReadArtifacts", ("s3:GetObject", "s3:GetObjectVersion"), objects, account),
        build_allow_statement("UseArtifactKey", ("kms:Decrypt", "kms:DescribeKey"), keys, by_s3),
    )


TRUSTS: dict[str, Callable[[], Trust]] = {
    "codepipeline": trust_pipeline,
    "github": trust_github,
    "gitlab": trust_gitlab,
}
"""The trust by the name of the CI."""


def _trust_tokens(condition: TemplateValue) -> TemplateValue:
    """Return the trust policy for tokens of the provider."""
    provider = If(_CREATES_PROVIDER, Ref(_PROVIDER), Ref(PROVIDER))
    return _make_policy({"Federated": provider}, "sts:AssumeRoleWithWebIdentity", condition)


def _make_policy(principal: TemplateValue, action: str, condition: TemplateValue) -> TemplateValue:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _make_provider(host: str, audience: str) -> OIDCProvider:
    """Return the provider. IAM needs no thumbprint of GitHub and GitLab [documented].

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html
    """
    return OIDCProvider(
        _PROVIDER,
        Condition=_CREATES_PROVIDER,
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        Url=f"https://{host}",
        ClientIdList=[audience],
    )


def _make_provider_parameter(host: str) -> Parameter:
    return Parameter(
        PROVIDER,
        Type="String",
        Description=f"The identity provider of {host}, if the account has one; an account can have only one. The "
        "stack creates it otherwise",
        Default="",
        AllowedPattern=f"^(arn:[a-z-]+:iam::[0-9]{{12}}:oidc-provider/{host.replace('.', '[.]')})?$",
        ConstraintDescription=f"arn:aws:iam::ACCOUNT:oidc-provider/{host}, or empty",
    )


def _make_provider_condition() -> tuple[str, AWSHelperFn]:
    return _CREATES_PROVIDER, Equals(Ref(PROVIDER), "")


def _make_repository(description: str, pattern: str) -> Parameter:
    return Parameter(
        REPOSITORY,
        Type="String",
        Description=f"The repository, {description}",
        AllowedPattern=f"^{pattern}$",
        ConstraintDescription="names of letters, digits, dots, dashes and underscores, with a slash between them",
    )


def _make_branch() -> Parameter:
    return Parameter(
        BRANCH,
        Type="String",
        Description="The branch that is deployed",
        Default="main",
        AllowedPattern="^[A-Za-z0-9_][A-Za-z0-9._/-]*$",
        ConstraintDescription="letters, digits, dots, dashes, underscores and slashes",
    )
