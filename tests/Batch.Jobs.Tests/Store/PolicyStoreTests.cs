using Batch.Jobs.Store;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Store;

/// <summary>A change of policy takes two people, and each act is on record.</summary>
public sealed class PolicyStoreTests
{
    private static readonly YearMonth March = new(2024, 3);

    private TestDatabase database = null!;
    private PolicyStore store = null!;
    private PolicyProposals proposals = null!;

    [OneTimeSetUp]
    public async Task OpenAsync()
    {
        database = await TestDatabase.CreateAsync();
        store = new PolicyStore(database.Program);
        proposals = new PolicyProposals(database.Program);
    }

    [OneTimeTearDown]
    public async Task DisposeAsync()
    {
        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }

    [Test]
    public async Task A_figure_is_in_force_once_somebody_else_has_approved_it()
    {
        PolicyProposal proposal = await proposals.ProposeFigureAsync("420100", new DatedFigure("average-wage", March, 8000.50m, "no. 1"), "wang", default);
        Assert.That((proposal.State, proposal.Value), Is.EqualTo(("proposed", 8000.50m)));
        Assert.That((await store.ReadAsync("420100", null, default)).Figures, Is.Empty);
        Assert.That((await proposals.PendingAsync("420100", default)).Select(p => p.Hash), Is.EqualTo(new[] { proposal.Hash }));
        Assert.That(async () => await proposals.ApproveAsync(proposal.Hash, "wang", default), Refused("SAME_PERSON"));

        PolicyProposal approved = await proposals.ApproveAsync(proposal.Hash[..8], "li", default);
        Assert.That((approved.State, approved.ApprovedBy), Is.EqualTo(("approved", "li")));
        Assert.That((await store.ReadAsync("420100", null, default)).Figures.Single(), Is.EqualTo(new DatedFigure("average-wage", March, 8000.50m, "no. 1")));
        Assert.That(await proposals.PendingAsync("420100", default), Is.Empty);

        Assert.That(await proposals.ApproveAsync(proposal.Hash, "li", default), Is.EqualTo(approved), "the same person again");
        Assert.That(async () => await proposals.ApproveAsync(proposal.Hash, "zhao", default), Refused("PROPOSAL_APPROVED"));
        string acts = await database.ScalarAsync<string>(
            $"SELECT string_agg(concat_ws(' ', who, area, act), ', ' ORDER BY audit_id) FROM batch.audit WHERE subject = '{proposal.Hash}'");
        Assert.That(acts, Is.EqualTo("wang 420100 policy.propose, li 420100 policy.approve"));
    }

    // 110000 limits bases from 2021-07 to 2026-06 only. By itself either limit could be above or below the other.
    [Test]
    public async Task The_figures_of_a_year_are_approved_together()
    {
        DatedFigure lowest = new("base-min", new YearMonth(2026, 7), 7500m, "京 1"), highest = new("base-max", new YearMonth(2026, 7), 36000.5m, "京 1");
        DatedFigure wage = new("average-wage", new YearMonth(2026, 1), 12000m, "京 by 2 from 3");
        PolicyProposal proposal = await proposals.ProposeFiguresAsync("110000", [highest, lowest, wage], "wang", default);
        Assert.That((proposal.Kind, proposal.Document, proposal.State), Is.EqualTo(("figures", "京 1、京 by 2 from 3", "proposed")));
        Assert.That(proposal.Figures, Is.EqualTo(new[] { wage, highest, lowest }), "by month and name");
        Assert.That((await proposals.ProposeFiguresAsync("110000", [wage, lowest, highest], "zhao", default)).Hash, Is.EqualTo(proposal.Hash), "the order of the file does not matter");
        Assert.That((await store.ReadAsync("110000", null, default)).Figures, Is.Empty);
        Assert.That(async () => await proposals.ApproveAsync(proposal.Hash, "wang", default), Refused("SAME_PERSON"));

        await proposals.ApproveAsync(proposal.Hash, "li", default);
        PolicyInForce now = await store.ReadAsync("110000", null, default);
        Assert.That(now.Figures, Is.EqualTo(new[] { wage, highest, lowest }));
        Assert.That((now.For(new YearMonth(2026, 7)).BaseMinimum, now.For(new YearMonth(2026, 7)).BaseMaximum), Is.EqualTo(((Money?)Money.FromYuan(7500m), (Money?)Money.FromYuan(36000.5m))));
        Assert.That((await store.FiguresAsync("110000", default)).Select(f => (f.Figure, f.ProposedBy, f.ApprovedBy)), Is.EqualTo(new[] { (wage, "wang", "li"), (highest, "wang", "li"), (lowest, "wang", "li") }));
    }

    [Test]
    public void Figures_that_contradict_each_other_are_not_proposed()
    {
        YearMonth july = new(2026, 7);
        Assert.That(async () => await proposals.ProposeFiguresAsync("110000", [new("base-min", july, 40000m, "x"), new("base-max", july, 36000m, "x")], "wang", default), Refused("FIGURE_UNUSABLE"));
        Assert.That(async () => await proposals.ProposeFiguresAsync("110000", [], "wang", default), Refused("FIGURES_MISSING"));
    }

    [Test]
    public async Task Proposing_the_same_again_is_the_same_proposal()
    {
        DatedFigure figure = new("average-wage", March, 9000m, "no. 2");
        PolicyProposal first = await proposals.ProposeFigureAsync("420100", figure, "wang", default);
        Assert.That(await proposals.ProposeFigureAsync("420100", figure with { Value = 9000.00m }, "li", default), Is.EqualTo(first));
    }

    [Test]
    public async Task A_proposal_is_withdrawn_by_the_person_who_made_it_and_can_be_made_again()
    {
        DatedFigure figure = new("average-wage", March, 9100m, "no. 5");
        PolicyProposal proposal = await proposals.ProposeFigureAsync("420100", figure, "wang", default);
        Assert.That(async () => await proposals.EndAsync(proposal.Hash, ProposalEnd.Withdraw, null, "li", default), Refused("NOT_PROPOSER"));

        PolicyProposal withdrawn = await proposals.EndAsync(proposal.Hash[..8], ProposalEnd.Withdraw, "写错了", "wang", default);
        Assert.That((withdrawn.State, withdrawn.Ended!.By, withdrawn.Ended.Reason), Is.EqualTo(("withdrawn", "wang", "写错了")));
        Assert.That((await proposals.PendingAsync("420100", default)).Select(p => p.Hash), Does.Not.Contain(proposal.Hash));
        Assert.That((await proposals.EndedAsync("420100", default))[0].Hash, Is.EqualTo(proposal.Hash));
        Assert.That(async () => await proposals.ApproveAsync(proposal.Hash, "li", default), Refused("PROPOSAL_ENDED"));
        Assert.That(async () => await proposals.EndAsync(proposal.Hash, ProposalEnd.Withdraw, null, "wang", default), Refused("PROPOSAL_ENDED"));

        // Proposed again by another person, who cannot approve it now; the one who withdrew it can.
        Assert.That((await proposals.ProposeFigureAsync("420100", figure, "li", default)).ProposedBy, Is.EqualTo("li"));
        Assert.That(async () => await proposals.ApproveAsync(proposal.Hash, "li", default), Refused("SAME_PERSON"));
        Assert.That((await proposals.ApproveAsync(proposal.Hash, "zhao", default)).State, Is.EqualTo("approved"));
        Assert.That(async () => await proposals.EndAsync(proposal.Hash, ProposalEnd.Withdraw, null, "li", default), Refused("PROPOSAL_APPROVED"));
        string acts = await database.ScalarAsync<string>(
            $"SELECT string_agg(concat_ws(' ', who, act, reason), ', ' ORDER BY audit_id) FROM batch.audit WHERE subject = '{proposal.Hash}'");
        Assert.That(acts, Is.EqualTo("wang policy.propose, wang policy.withdraw 写错了, li policy.propose, zhao policy.approve"));
    }

    [Test]
    public async Task A_proposal_is_refused_by_another_person_with_a_reason()
    {
        PolicyProposal proposal = await proposals.ProposeFigureAsync("420100", new DatedFigure("average-wage", March, 9200m, "no. 6"), "wang", default);
        Assert.That(async () => await proposals.EndAsync(proposal.Hash, ProposalEnd.Refuse, "不符", "wang", default), Refused("SAME_PERSON"));
        Assert.That(async () => await proposals.EndAsync(proposal.Hash, ProposalEnd.Refuse, " ", "li", default), Refused("REASON_MISSING"));
        PolicyProposal refused = await proposals.EndAsync(proposal.Hash, ProposalEnd.Refuse, "与文件不符", "li", default);
        Assert.That((refused.State, refused.Ended!.By, refused.Ended.Reason), Is.EqualTo(("refused", "li", "与文件不符")));
        Assert.That(async () => await proposals.ApproveAsync(proposal.Hash, "zhao", default), Refused("PROPOSAL_ENDED"));
        Assert.That((await store.ReadAsync("420100", null, default)).Figures.Select(f => f.Value), Does.Not.Contain(9200m));
    }

    // Also where the program's own checks are passed by.
    [TestCase("INSERT INTO batch.policy_approval (hash, approved_by) VALUES ('{0}', 'zhao')", "BA081")]
    [TestCase("INSERT INTO batch.proposal_act (kind, subject, area, act, who) VALUES ('policy', '{0}', '420100', 'withdraw', 'wang')", "BA081")]
    [TestCase("INSERT INTO batch.proposal_act (kind, subject, area, act, who) VALUES ('policy', '{0}', '110000', 'propose', 'wang')", "BA080")]
    public async Task The_tables_hold_the_order_of_acts(string sql, string state)
    {
        PolicyProposal proposal = await proposals.ProposeFigureAsync("420100", new DatedFigure("average-wage", March, 9300m, "no. 7"), "wang", default);
        if (proposal.State == "proposed")
        {
            await proposals.EndAsync(proposal.Hash, ProposalEnd.Withdraw, null, "wang", default);
        }

        await using Npgsql.NpgsqlCommand command = database.Program.CreateCommand(string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, proposal.Hash));
        Assert.That(async () => await command.ExecuteNonQueryAsync(), Throws.TypeOf<Npgsql.PostgresException>().With.Property("SqlState").EqualTo(state));
    }

    [TestCase("1234567")]
    [TestCase("%%%%%%%%")]
    [TestCase("00000000")]
    public void A_hash_that_names_nothing_is_unknown(string hash) =>
        Assert.That(async () => await proposals.ApproveAsync(hash, "li", default), Refused("PROPOSAL_UNKNOWN"));

    [Test]
    public void A_file_whose_examples_fail_is_not_proposed()
    {
        string text = ShippedPolicies.Text("420100").Replace("7327", "7328", StringComparison.Ordinal);
        Assert.That(async () => await proposals.ProposeFileAsync(text, "x.yaml", "no. 3", "wang", default), Throws.TypeOf<PolicyFaultException>());
    }

    [Test]
    public async Task A_waiting_file_leaves_the_shipped_policy_in_force()
    {
        string text = ShippedPolicies.Text("110000") + "\n# one more remark\n";
        PolicyProposal proposal = await proposals.ProposeFileAsync(text, "x.yaml", "no. 4", "wang", default);
        int before = (await store.ReadAsync("110000", null, default)).Seq;
        await proposals.ApproveAsync(proposal.Hash, "li", default);
        Assert.That((await store.ReadAsync("110000", null, default)).Seq, Is.GreaterThan(before));
    }

    [Test]
    public async Task An_area_without_a_policy_gets_no_schema()
    {
        Assert.That(async () => await Area.OpenAsync(database.Connection, "999999", default), Refused("AREA_UNKNOWN"));
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM pg_namespace WHERE nspname = 'area_999999'"), Is.Zero);
    }

    private static NUnit.Framework.Constraints.EqualStringConstraint Refused(string code) => Throws.TypeOf<DataFaultException>().With.Property("Code").EqualTo(code);
}
