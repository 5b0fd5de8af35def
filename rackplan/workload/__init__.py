"""What a server delivers: a closed-form roofline for tokens and images per second.

Pure and light: plain floats in, plain floats out, no I/O. :func:`predict` is the way in.
"""

from rackplan.workload.parameters import DOCUMENTED, TUNED, Parameters, Provenance
from rackplan.workload.predict import predict
from rackplan.workload.service import Binding, Service, Step, three_digits

__all__ = [
    "DOCUMENTED",
    "TUNED",
    "Binding",
    "Parameters",
    "Provenance",
    "Service",
    "Step",
    "predict",
    "three_digits",
]
