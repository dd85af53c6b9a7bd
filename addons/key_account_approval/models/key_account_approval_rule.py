from ast import literal_eval

import psycopg2

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain


class KeyAccountApprovalRule(models.Model):
    """Which documents need an approval, and who decides.

    A document meets a rule when the domain fits and, if the rule has thresholds, when
    at least one of them is reached.
    """

    _name = "key.account.approval.rule"
    _description = "Approval Rule"
    _inherit = ["mail.thread"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Leave it empty for a rule of all companies.",
    )
    res_model = fields.Selection(
        selection="_selection_res_model",
        string="Document Type",
        required=True,
        default=lambda self: self._get_default_model(),
    )
    domain = fields.Char(
        string="Which Documents",
        default="[]",
        required=True,
        tracking=True,
        help="Documents that fit are asked about, all of them when it is empty.",
    )
    threshold_ids = fields.One2many(
        "key.account.approval.threshold",
        "rule_id",
        string="Thresholds",
        copy=True,
        help="The rule asks when one of them is reached; without any it always asks.",
    )
    step_ids = fields.One2many(
        "key.account.approval.step", "rule_id", string="Who Decides", copy=True
    )
    step_order = fields.Selection(
        [("sequence", "One after the other"), ("parallel", "All at the same time")],
        string="Order of Steps",
        required=True,
        default="sequence",
    )
    description = fields.Text(
        string="Why", translate=True, help="Shown to those who ask and decide."
    )

    @api.model
    def _selection_res_model(self):
        mixin = self.env.registry["key.account.approval.mixin"]
        return sorted(
            (
                (name, self.env[name]._description)
                for name, model in self.env.registry.items()
                if issubclass(model, mixin) and not model._abstract
            ),
            key=lambda item: item[1],
        )

    @api.model
    def _get_default_model(self):
        names = [name for name, _label in self._selection_res_model()]
        return "sale.order" if "sale.order" in names else names[:1] and names[0]

    # ------------------------------------------------------------------ checks

    @api.constrains("name", "active", "step_ids")
    def _check_steps(self):
        for rule in self.filtered("active"):
            if not rule.step_ids:
                raise ValidationError(
                    self.env._(
                        "Rule %s has no steps, nobody would decide: add at least one "
                        "step with its approvers.",
                        rule.name,
                    )
                )

    @api.constrains("domain", "res_model")
    def _check_domain(self):
        for rule in self:
            if rule.res_model not in dict(self._selection_res_model()):
                raise ValidationError(
                    self.env._(
                        "Rule %(rule)s: %(model)s is nothing that can be approved; "
                        "choose a document type of the list.",
                        rule=rule.name,
                        model=rule.res_model,
                    )
                )
            try:
                with self.env.cr.savepoint():
                    rule._try_domain()
            except (
                ValueError,
                KeyError,
                TypeError,
                UserError,
                psycopg2.Error,
            ) as error:
                raise ValidationError(
                    self.env._(
                        "Rule %(rule)s: its conditions cannot be used on %(documents)s "
                        "(%(error)s); choose the fields again in the editor.",
                        rule=rule.name,
                        documents=self.env[rule.res_model]._description,
                        # The database adds lines that point into its query.
                        error=str(error).partition("\n")[0],
                    )
                ) from error

    def _try_domain(self):
        """Search and filter by the conditions; they have to be good for both."""
        # sudo: whether it works, not what it finds.
        documents = self.env[self.res_model].sudo()
        documents.search(self._get_domain(), limit=1)
        documents.search([], limit=1).filtered_domain(self._get_domain())

    def _get_domain(self):
        """Return the conditions.

        :raise ValueError: they are not a domain
        """
        try:
            conditions = literal_eval(self.domain or "[]")
            if not isinstance(conditions, list):
                raise TypeError
        except (SyntaxError, TypeError, ValueError) as error:
            raise ValueError(self.env._("not a list of conditions")) from error
        return Domain(conditions)

    # ------------------------------------------------------------------- rules

    @api.model
    @tools.ormcache("model_name")
    def _get_ids_by_model(self, model_name):
        domain = [("res_model", "=", model_name)]
        # sudo: rules hold for people who may not read them.
        rules = self.sudo().with_context(active_test=True)
        return tuple(rules.search(domain).ids)

    @api.model
    def _get_met(self, records):
        """Return the rules that the records meet now, with the reasons:
        ``{record: {rule: [sentence]}}``. Without any rule for their model there is no
        query."""
        # sudo: rules hold for people who may not read them.
        rules = self.sudo().browse(self._get_ids_by_model(records._name))
        if not rules or not records:
            return {}
        # sudo: they look at figures that the user may not see.
        documents = records.sudo()
        measures = None
        met = {}
        for rule in rules:
            found = rule._filter_documents(documents)
            if found and rule.threshold_ids and measures is None:
                measures = documents._get_approval_measures()
            for document in found:
                reasons = rule._get_reasons((measures or {}).get(document, {}))
                if reasons:
                    record = document.with_env(records.env)
                    met.setdefault(record, {})[rule] = reasons
        return met

    def _filter_documents(self, documents):
        """Return the documents of the rule's company that fit its conditions."""
        if self.company_id and "company_id" in documents._fields:
            documents = documents.filtered(lambda d: d.company_id == self.company_id)
        domain = self._get_domain()
        if domain.is_true():
            return documents
        # In every language: conditions may name what is translated, and which language
        # the user has chosen must not decide whether a rule asks.
        found = documents.browse()
        for lang, _name in self.env["res.lang"].get_installed():
            found |= documents.with_context(lang=lang).filtered_domain(domain)
        return documents & found

    def _get_reasons(self, measures):
        """Return why a document with these measures is asked about, [] when it is not."""
        if not self.threshold_ids:
            return [self.description or self.name]
        return [
            threshold._get_reason(measures)
            for threshold in self.threshold_ids
            if threshold._is_reached(measures)
        ]

    # ----------------------------------------------------------------- preview

    @api.model
    def _get_preview(self, documents, requester):
        """Return what would happen if ``requester`` asked about the documents: a list
        of dicts with the document, the rule, why it asks, and its steps with the names
        of who would decide."""
        return [
            {
                "document": document,
                "rule": rule,
                "reasons": reasons,
                "steps": [
                    (step, step._get_names(document, requester))
                    for step in rule.step_ids
                ],
            }
            for document, met in self._get_met(documents).items()
            for rule, reasons in met.items()
        ]

    @api.model
    def _render_preview(self, documents, requester):
        return self.env["ir.qweb"]._render(
            "key_account_approval.rule_preview",
            {"rows": self._get_preview(documents, requester)},
        )

    def action_open_test(self):
        """Return the dialog that tries rules on a document."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_approval.key_account_approval_test_action"
        )
        action["context"] = {"default_res_model": self.res_model}
        return action

    # -------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env.registry.clear_cache()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self.step_ids._assert_unused()
