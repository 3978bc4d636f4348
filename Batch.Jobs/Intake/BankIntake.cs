using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>
/// Takes in a statement of the income account by the bank: one fact a line, known by its serial number. The same said again changes nothing; another content under
/// a number that is known is rejected, but in a replacement, which is the whole statement from its first day to its last.
/// </summary>
public sealed class BankIntake(IntakeParts parts, string by) : IContentIntake
{
    private readonly record struct Content(LocalDate On, long CreditFen, long DebitFen, string Payer, string PayerAccount, string Document, string Note, long? BalanceFen);

    private readonly record struct Fact(string Serial, Content Content, int Submission, int Row);

    private readonly RejectionWriter _rejections = new(parts.Connection.Itself);

    /// <summary>Rows of the files of this transaction, and the days of those, by the submission that said them.</summary>
    private readonly Dictionary<(int Submission, string Serial), (int Row, LocalDate On)> _rows = [];

    private readonly Dictionary<string, Content> _inForce = new(StringComparer.Ordinal);

    private ChangedMoney? _changed;

    public async Task TakeAsync(IReadOnlyList<DraftBlock> blocks, bool whole, CancellationToken cancellation)
    {
        await parts.Connection.IdleAsync();
        await LoadAsync([.. blocks.SelectMany(b => b.Block.Bank).Select(l => l.Serial).Distinct()], cancellation);
        List<Fact> facts = [];
        List<ChildRow> children = [];
        foreach ((FileDraft draft, LineBlock block) in blocks)
        {
            Check(draft, block);
            if (!draft.CountRows(block, whole))
            {
                continue;
            }

            _rejections.Add(draft.Submission, block.Rejections);
            HashSet<int> unchanged = [.. block.Bank.Where(line => !Take(line, draft, facts)).Select(line => line.Row)];
            if (draft.Parent is not null)
            {
                children.AddRange(ChildRows.Of(draft.Submission, block, unchanged));
            }
        }

        await WriteAsync(facts, FactState.Accepted, cancellation);
        await _rejections.FlushAsync(cancellation);
        await ChildRows.WriteAsync(parts.Connection.Itself, children, cancellation);
    }

    /// <summary>Withdraws the lines from the statement's first day to its last that it no longer has. None of its rows may be in doubt.</summary>
    public async Task<Rejection?> WithdrawAsync(FileDraft draft, bool confirm, CancellationToken cancellation)
    {
        if (ReplacementRefusal.OfUnreadable(draft) is { } unreadable)
        {
            return unreadable;
        }

        LocalDate[] days = [.. _rows.Where(r => r.Key.Submission == draft.Submission).Select(r => r.Value.On)];
        if (days.Length == 0)
        {
            return null;
        }

        List<(string Serial, Content Content)> known = await ReadAsync(
            "traded_on BETWEEN $1 AND $2", cancellation, days.Min().ToDateOnly(), days.Max().ToDateOnly());
        List<(string Serial, Content Content)> leftOut = [.. known.Where(k => !_rows.ContainsKey((draft.Submission, k.Serial)))];
        if (ReplacementRefusal.OfLeftOut(leftOut.Count, known.Count, confirm) is { } refusal)
        {
            return refusal;
        }

        leftOut.ForEach(l => draft.CountFact("bank", l.Content.On.ToYearMonth()));
        await WriteAsync([.. leftOut.Select(l => new Fact(l.Serial, l.Content, draft.Submission, 0))], FactState.Withdrawn, cancellation);
        return null;
    }

    public async Task CompleteAsync(CancellationToken cancellation)
    {
        if (_changed is { } changed)
        {
            await new MoneyMatches(await parts.Connection.IdleAsync()).MatchAsync(changed, by, cancellation);
        }
    }

    private void Check(FileDraft draft, LineBlock block) => block.Bank.RemoveAll(line =>
    {
        Rejection? fault = draft.Month is { } declared && line.On.ToYearMonth() > declared
                ? new Rejection(Codes.MonthAfterSubmission, line.Row, "交易日期", line.On.Text(), declared.Text())
            : !_rows.TryAdd((draft.Submission, line.Serial), (line.Row, line.On))
                ? new Rejection(Codes.BankLineTwice, line.Row, "流水号", line.Serial, _rows[(draft.Submission, line.Serial)].Row.ToString(CultureInfo.InvariantCulture))
            : draft.Kind != SubmissionKind.Replacement && _inForce.TryGetValue(line.Serial, out Content known) && known != ContentOf(line)
                ? new Rejection(Codes.BankSerialTaken, line.Row, "流水号", line.Serial, $"{known.On.Text()} {new Money(known.CreditFen - known.DebitFen)}")
            : null;
        if (fault is { } found)
        {
            block.Rejections.Add(draft.InItsWords(found));
        }

        return fault is not null;
    });

    // False: it is known already.
    private bool Take(in BankLine line, FileDraft draft, List<Fact> facts)
    {
        YearMonth month = line.On.ToYearMonth();
        draft.Names(month);
        Content content = ContentOf(line);
        if (_inForce.TryGetValue(line.Serial, out Content known) && known == content)
        {
            draft.Unchanged++;
            return false;
        }

        _inForce[line.Serial] = content;
        draft.Accepted++;
        draft.CountFact("bank", month);
        facts.Add(new Fact(line.Serial, content, draft.Submission, line.Row));
        return true;
    }

    private static Content ContentOf(in BankLine line) =>
        new(line.On, line.Credit.Fen, line.Debit.Fen, line.Payer, line.PayerAccount, line.Document, line.Note, line.Balance?.Fen);

    private async Task LoadAsync(string[] serials, CancellationToken cancellation)
    {
        _inForce.Clear();
        foreach ((string serial, Content content) in await ReadAsync("serial = ANY($1)", cancellation, (object)serials))
        {
            _inForce.Add(serial, content);
        }
    }

    private Task<List<(string Serial, Content Content)>> ReadAsync(string which, CancellationToken cancellation, params object[] arguments) => parts.Connection.Itself.ReadAsync(
        $"SELECT serial, traded_on, credit_fen, debit_fen, payer, payer_account, document, note, balance_fen FROM :area.bank_line_in_force WHERE {which}",
        r => (r.GetString(0), new Content(
            LocalDate.FromDateOnly(r.GetFieldValue<DateOnly>(1)), r.GetInt64(2), r.GetInt64(3), r.GetString(4), r.GetString(5), r.GetString(6), r.GetString(7),
            r.IsDBNull(8) ? null : r.GetInt64(8))),
        cancellation, arguments);

    private async Task WriteAsync(List<Fact> facts, FactState state, CancellationToken cancellation)
    {
        if (facts.Count == 0)
        {
            return;
        }

        await using CopyRows copy = await parts.Connection.Itself.CopyAsync(":area.bank_line",
            "serial, submission_id, row_no, state, traded_on, credit_fen, debit_fen, payer, payer_account, document, note, balance_fen", cancellation);
        foreach ((string serial, Content content, int submission, int row) in facts)
        {
            _changed = ChangedMoney.With(_changed, submission, content.On);
            copy.StartRow();
            copy.Write(serial);
            copy.Write(submission);
            copy.Write(row);
            copy.Write((short)state);
            copy.Write(content.On.ToDateOnly());
            copy.Write(content.CreditFen);
            copy.Write(content.DebitFen);
            copy.Write(content.Payer);
            copy.Write(content.PayerAccount);
            copy.Write(content.Document);
            copy.Write(content.Note);
            copy.Write(content.BalanceFen);
        }

        await copy.CompleteAsync(cancellation);
    }
}
