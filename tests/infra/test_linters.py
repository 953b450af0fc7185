"""What other people's tools say of the stack: cdk-nag, cfn-lint and asl-validator find nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from infra.node import NODE
from tests.support.synthesis import REPOSITORY, context, definition, steward_stack, template


def test_cdk_nag_finds_nothing_that_is_not_acknowledged_with_a_reason() -> None:
    app = App(context=context())
    stack = steward_stack(app)
    Validations.of(stack).add_plugins(AwsSolutionsChecks(stack, verbose=True))
    app.synth()


def test_cfn_lint_finds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    path.write_text(json.dumps(template()))
    # W3005: CDK adds the dependencies on roles that CloudFormation would find by itself
    command = [str(Path(sys.executable).parent / "cfn-lint"), "--ignore-checks", "W3005", "--", str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_asl_validator_finds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rotate-keys.asl.json"
    path.write_text(json.dumps(definition()))
    script = REPOSITORY / "node_modules" / "asl-validator" / "dist" / "bin" / "asl-validator.js"
    result = subprocess.run(
        [str(NODE), str(script), "--json-path", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
