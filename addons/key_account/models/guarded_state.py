from odoo import models
from odoo.tools import format_list

from ..exceptions import DutyError, TransitionError


def get_group_names(env, xmlids):
    """Return the full names of groups in a sentence part, for messages that say whom to
    ask."""
    # sudo: group names are shown to people who may not read groups.
    names = [env.ref(xmlid).sudo().full_name for xmlid in xmlids]
    return format_list(env, names)


class GuardedState(models.AbstractModel):
    """Documents whose ``state`` follows a table of who may bring it where.

    The model says so in ``_TRANSITIONS`` and asks `_assert_transition` in the one method
    that writes its state.
    """

    _name = "key.account.guarded.state"
    _description = "Document with Guarded State"

    # {state: {next state: groups, any one of which may set it}}
    _TRANSITIONS = {}

    def _assert_transition(self, state):
        """Raise unless ``state`` may follow the present one, by this user.

        :raise TransitionError: it cannot follow the present one
        :raise DutyError: it is somebody else's to set
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for record in self:
            steps = self._TRANSITIONS.get(record.state, {})
            if state not in steps:
                raise TransitionError(record._describe_steps(state, labels))
            groups = steps[state]
            if not self.env.su and not self.env.user.has_groups(",".join(groups)):
                raise DutyError(
                    self.env._(
                        "You cannot set %(document)s to %(new)s: ask one of: %(groups)s.",
                        document=record.display_name,
                        new=labels[state],
                        groups=get_group_names(self.env, groups),
                    )
                )

    def _describe_steps(self, state, labels):
        names = {
            "document": self.display_name,
            "old": labels[self.state],
            "new": labels.get(state, state),
        }
        steps = self._TRANSITIONS.get(self.state)
        if not steps:
            return self.env._(
                "%(document)s is %(old)s, which is final, and cannot become %(new)s.",
                **names,
            )
        return self.env._(
            "%(document)s is %(old)s and cannot become %(new)s directly; the next step "
            "is one of: %(next)s.",
            next=format_list(self.env, [labels[step] for step in steps]),
            **names,
        )
