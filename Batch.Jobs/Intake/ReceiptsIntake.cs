using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>
/// Takes in what was received from employers: one fact an employer, contribution month and document. The same said again changes nothing, another
/// figure is a correction; a replacement is the whole statement of the employers and months that it names.
/// </summary>
public sealed class ReceiptsIntake(IntakeParts parts, string by) : IContentIntake
{
    private readonly record struct Key(YearMonth Month, int Employer, string Document);

    private readonly record struct Figures(long AmountFen, long LateFeeFen, long InterestFen, LocalDate ReceivedOn);

    private readonly RejectionWriter _rejections = new(parts.Connection.Itself);

    /// <summary>Rows of the files of this transaction, by the submission that said them.</summary>
    private readonly Dictionary<(int Submission, Key Key), int> _rows = [];

    private readonly Dictionary<Key, Figures> _standing = [];

    /// <summary>Received less returned, of the employers' months of which something was returned: it may not fall below nought.</summary>
    private readonly Dictionary<(YearMonth Month, int Employer), (long Fen, long ReturnedFen)> _left = [];

    private ChangedMoney? _changed;

    public async Task TakeAsync(IReadOnlyList<DraftBlock> blocks, bool whole, CancellationToken cancellation)
    {
        await parts.Connection.IdleAsync();
        await parts.Employers.LoadAsync(blocks.SelectMany(b => b.Block.Receipts.Select(l => (l.Employer, l.EmployerName))), cancellation);
        await LoadStandingAsync(blocks, cancellation);
        List<(Key Key, Figures Figures, int Submission, int Row)> facts = [];
        List<ChildRow> children = [];
        foreach ((FileDraft draft, LineBlock block) in blocks)
        {
            Check(draft, block);
            if (!draft.CountRows(block, whole))
            {
                continue;
            }

            _rejections.Add(draft.Submission, block.Rejections);
            HashSet<int> unchanged = [.. block.Receipts.Where(line => !Take(line, draft, facts)).Select(line => line.Row)];
            if (draft.Parent is not null)
            {
                children.AddRange(ChildRows.Of(draft.Submission, block, unchanged));
            }
        }

        await WriteAsync(facts, FactState.Accepted, cancellation);
        await _rejections.FlushAsync(cancellation);
        await ChildRows.WriteAsync(parts.Connection.Itself, children, cancellation);
    }

    /// <summary>Withdraws what a replacement no longer names, of its employers and months. None of its rows may be in doubt.</summary>
    public async Task<Rejection?> WithdrawAsync(FileDraft draft, bool confirm, CancellationToken cancellation)
    {
        if (ReplacementRefusal.OfUnreadable(draft) is { } unreadable)
        {
            return unreadable;
        }

        List<Key> named = [.. _rows.Keys.Where(r => r.Submission == draft.Submission).Select(r => r.Key)];
        HashSet<(YearMonth, int)> spokenOf = [.. named.Select(k => (k.Month, k.Employer))];
        YearMonth[] months = [.. named.Select(k => k.Month).Distinct()];
        int[] employers = [.. named.Select(k => k.Employer).Distinct()];
        Dictionary<Key, Figures> standing = await StandingAsync(months, employers, cancellation);
        List<KeyValuePair<Key, Figures>> spoken = [.. standing.Where(s => spokenOf.Contains((s.Key.Month, s.Key.Employer)))];
        List<KeyValuePair<Key, Figures>> leftOut = [.. spoken.Where(s => !_rows.ContainsKey((draft.Submission, s.Key)))];
        if (ReplacementRefusal.OfLeftOut(leftOut.Count, spoken.Count, confirm) is { } refusal)
        {
            return refusal;
        }

        await LoadLeftAsync(months, employers, cancellation);
        foreach (IGrouping<(YearMonth Month, int Employer), long> gone in leftOut.GroupBy(l => (l.Key.Month, l.Key.Employer), l => l.Value.AmountFen))
        {
            if (_left.TryGetValue(gone.Key, out (long Fen, long ReturnedFen) left) && left.Fen < gone.Sum())
            {
                return Returned(0, await NumberAsync(gone.Key.Employer, cancellation), gone.Key.Month, left.ReturnedFen);
            }
        }

        foreach ((Key key, _) in leftOut)
        {
            draft.CountFact("receipt", key.Month);
        }

        await WriteAsync([.. leftOut.Select(s => (s.Key, new Figures(0, 0, 0, s.Value.ReceivedOn), draft.Submission, 0))], FactState.Withdrawn, cancellation);
        return null;
    }

    public async Task CompleteAsync(CancellationToken cancellation)
    {
        if (_changed is { } changed)
        {
            await new MoneyMatches(await parts.Connection.IdleAsync()).MatchAsync(changed, by, cancellation);
        }
    }

    private void Check(FileDraft draft, LineBlock block)
    {
        block.Receipts.RemoveAll(line => IsRejected(line, draft, block));
        if (_left.Count == 0)
        {
            return;
        }

        // What was returned is not taken away from under it: where the block does that, each correction to less is rejected.
        Dictionary<(YearMonth, int), long> changes = block.Receipts.GroupBy(l => (l.Month, KeyOf(l).Employer)).ToDictionary(g => g.Key, g => g.Sum(ChangeOf));
        block.Receipts.RemoveAll(line =>
        {
            (YearMonth, int) of = (line.Month, KeyOf(line).Employer);
            if (ChangeOf(line) >= 0 || !_left.TryGetValue(of, out (long Fen, long ReturnedFen) left) || left.Fen + changes[of] >= 0)
            {
                return false;
            }

            block.Rejections.Add(draft.InItsWords(Returned(line.Row, line.Employer, line.Month, left.ReturnedFen)));
            return true;
        });
    }

    private long ChangeOf(ReceiptLine line) => line.Amount.Fen - _standing.GetValueOrDefault(KeyOf(line)).AmountFen;

    private static Rejection Returned(int row, string employer, YearMonth month, long fen) =>
        new(Codes.ReceiptReturned, row, "到账金额", $"{employer} {month.Text()}", new Money(fen).ToString());

    private Task<string> NumberAsync(int employer, CancellationToken cancellation) => parts.Connection.Itself.OneAsync<string>(
        "SELECT number FROM :area.employer WHERE employer_id = $1", cancellation, employer);

    private async Task LoadLeftAsync(YearMonth[] months, int[] employers, CancellationToken cancellation)
    {
        _left.Clear();
        foreach ((YearMonth month, int employer, long left, long returned) in await parts.Connection.Itself.ReadAsync(
            """
            WITH returned AS (
                SELECT month, employer_id, sum(amount_fen)::bigint AS fen FROM :area.money_returned WHERE month = ANY($1) AND employer_id = ANY($2) GROUP BY 1, 2)
            SELECT month, employer_id, sum(m.amount_fen)::bigint, min(r.fen) FROM :area.money_for_month m JOIN returned r USING (month, employer_id) GROUP BY 1, 2
            """,
            r => (r.GetFieldValue<DateOnly>(0).Month(), r.GetInt32(1), r.GetInt64(2), r.GetInt64(3)), cancellation, months.Select(m => m.FirstDay()).ToArray(), employers))
        {
            _left.Add((month, employer), (left, returned));
        }
    }

    private bool IsRejected(in ReceiptLine line, FileDraft draft, LineBlock block)
    {
        if (draft.Month is { } declared && line.Month > declared)
        {
            block.Rejections.Add(draft.InItsWords(new Rejection(Codes.MonthAfterSubmission, line.Row, "费款所属期", line.Month.Text(), declared.Text())));
            return true;
        }

        Key key = KeyOf(line);
        if (_rows.TryAdd((draft.Submission, key), line.Row))
        {
            return false;
        }

        string first = _rows[(draft.Submission, key)].ToString(CultureInfo.InvariantCulture);
        block.Rejections.Add(draft.InItsWords(new Rejection(Codes.ReceiptTwice, line.Row, "凭证号", line.Document, first)));
        return true;
    }

    // False: it is known already.
    private bool Take(in ReceiptLine line, FileDraft draft, List<(Key, Figures, int, int)> facts)
    {
        draft.Names(line.Month);
        Key key = KeyOf(line);
        Figures figures = new(line.Amount.Fen, line.LateFee.Fen, line.Interest.Fen, line.ReceivedOn);
        if (_standing.TryGetValue(key, out Figures known) && known == figures)
        {
            draft.Unchanged++;
            return false;
        }

        if (_left.TryGetValue((key.Month, key.Employer), out (long Fen, long ReturnedFen) left))
        {
            _left[(key.Month, key.Employer)] = left with { Fen = left.Fen + figures.AmountFen - known.AmountFen };
        }

        _standing[key] = figures;
        draft.Accepted++;
        draft.CountFact("receipt", key.Month);
        facts.Add((key, figures, draft.Submission, line.Row));
        return true;
    }

    private Key KeyOf(in ReceiptLine line) => new(line.Month, parts.Employers.Find(line.Employer), line.Document);

    private async Task LoadStandingAsync(IReadOnlyList<DraftBlock> blocks, CancellationToken cancellation)
    {
        _standing.Clear();
        List<ReceiptLine> lines = [.. blocks.SelectMany(b => b.Block.Receipts)];
        YearMonth[] months = [.. lines.Select(l => l.Month).Distinct()];
        int[] employers = [.. lines.Select(l => parts.Employers.Find(l.Employer)).Distinct()];
        await LoadLeftAsync(months, employers, cancellation);
        foreach ((Key key, Figures figures) in await StandingAsync(months, employers, cancellation))
        {
            _standing.Add(key, figures);
        }
    }

    private async Task<Dictionary<Key, Figures>> StandingAsync(YearMonth[] months, int[] named, CancellationToken cancellation)
    {
        Dictionary<Key, Figures> standing = [];
        if (named.Length == 0)
        {
            return standing;
        }

        await using NpgsqlCommand command = parts.Connection.Itself.Command(
            """
            SELECT receipt_month, employer_id, document, amount_fen, late_fee_fen, interest_fen, received_on
            FROM :area.receipt_in_force WHERE receipt_month = ANY($1) AND employer_id = ANY($2)
            """);
        command.Parameters.AddWithValue(months.Select(m => m.FirstDay()).ToArray());
        command.Parameters.AddWithValue(named);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            standing.Add(
                new Key(reader.GetFieldValue<DateOnly>(0).Month(), reader.GetInt32(1), reader.GetString(2)),
                new Figures(reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), LocalDate.FromDateOnly(reader.GetFieldValue<DateOnly>(6))));
        }

        return standing;
    }

    private async Task WriteAsync(List<(Key Key, Figures Figures, int Submission, int Row)> facts, FactState state, CancellationToken cancellation)
    {
        if (facts.Count == 0)
        {
            return;
        }

        await using CopyRows copy = await parts.Connection.Itself.CopyAsync(":area.receipt",
            "receipt_month, employer_id, document, submission_id, row_no, state, amount_fen, late_fee_fen, interest_fen, received_on", cancellation);
        foreach ((Key key, Figures figures, int submission, int row) in facts)
        {
            _changed = ChangedMoney.With(_changed, submission, figures.ReceivedOn);
            copy.StartRow();
            copy.Write(key.Month.FirstDay());
            copy.Write(key.Employer);
            copy.Write(key.Document);
            copy.Write(submission);
            copy.Write(row);
            copy.Write((short)state);
            copy.Write(figures.AmountFen);
            copy.Write(figures.LateFeeFen);
            copy.Write(figures.InterestFen);
            copy.Write(figures.ReceivedOn.ToDateOnly());
        }

        await copy.CompleteAsync(cancellation);
    }
}
