"""CloudWatch of local AWS beyond moto: metrics that functions write to their logs."""
