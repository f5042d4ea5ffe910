"""The API of staff, and of parents for what is theirs: one module per resource, schemas beside routes.

A route says who may, what comes in and what goes out; rules, queries and transactions belong to the
operations of `service`. The app is put together in service/app.py from what this module offers.
"""

from litestar import Router
from litestar.types import ExceptionHandlersMap

from admin_api import problems
from admin_api.appointments import AppointmentController, PlanController
from admin_api.auth import AuthController
from admin_api.children import ChildController
from admin_api.claims import ClaimController
from admin_api.dependencies import DEPENDENCIES, check_request
from admin_api.docs import openapi_config
from admin_api.facilities import FacilityController
from admin_api.guardians import GuardianController
from admin_api.handoffs import HandoffController
from admin_api.headers import add_security_headers
from admin_api.immunizations import ImmunizationController
from admin_api.inbound import InboundController
from admin_api.needs import NeedsController
from admin_api.observations import ObservationController
from admin_api.registrations import RegistrationController
from admin_api.schedules import ScheduleController
from admin_api.sessions import SessionController
from admin_api.texts import TextController
from admin_api.trail import TrailController
from admin_api.users import UserController

__all__ = ["add_security_headers", "exception_handlers", "openapi_config", "router"]

LARGEST_BODY = 64 * 1024


def router() -> Router:
    """All routes under /api. The app's state must hold a `clock`."""
    return Router(
        path="/api",
        route_handlers=[
            AuthController,
            UserController,
            FacilityController,
            SessionController,
            ChildController,
            ImmunizationController,
            ObservationController,
            NeedsController,
            GuardianController,
            RegistrationController,
            ScheduleController,
            PlanController,
            AppointmentController,
            TextController,
            InboundController,
            ClaimController,
            HandoffController,
            TrailController,
        ],
        dependencies=DEPENDENCIES,
        before_request=check_request,
        request_max_body_size=LARGEST_BODY,
    )


def exception_handlers() -> ExceptionHandlersMap:
    """How the app answers when something is raised, in routes of the API and elsewhere."""
    return problems.handlers()
