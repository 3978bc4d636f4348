using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Rules;

namespace Batch.Jobs.Intake;

/// <summary>
/// Takes in movements as they are judged. Every row ends as accepted, unchanged, held or rejected; what empties an account on a ground that ends it
/// also closes it.
/// </summary>
public sealed class MovementIntake(IntakeParts parts) : IContentIntake
{
    private readonly MovementJudge _judge = new(parts);
    private readonly MovementWriter _writer = new(parts.Connection.Itself);
    private readonly RejectionWriter _rejections = new(parts.Connection.Itself);
    private readonly List<(int Person, PersonsLine Line, int Submission)> _events = [];

    // Inheritances are judged with all their shares, and returns behind the transfers that they return, when the file has ended.
    private readonly Dictionary<FileDraft, List<MovementLine>> _shares = [];
    private readonly Dictionary<FileDraft, List<(int Row, int ParentRow)>> _parentRows = [];
    private readonly List<ChildRow> _children = [];

    public async Task TakeAsync(IReadOnlyList<DraftBlock> blocks, bool whole, CancellationToken cancellation)
    {
        await parts.Connection.IdleAsync();
        await _judge.LoadAsync(blocks, _writer.Fresh, cancellation);
        foreach ((FileDraft draft, LineBlock block) in blocks)
        {
            MovementStaging staging = _judge.Begin(draft, block.Rows);
            block.Rejections.ForEach(staging.Reject);
            foreach (MovementLine line in block.Movements)
            {
                if (line.Ground is Ground.Death or Ground.NoHeir || line.Kind == MovementKind.WalletReturn)
                {
                    SharesOf(draft).Add(line);
                }
                else
                {
                    _judge.Judge(line, staging);
                }
            }

            if (whole)
            {
                JudgeShares(draft, staging);
            }

            staging.Count();
            if (whole && draft.HasTooManyRejections)
            {
                _judge.Undo(staging);
                draft.Refuse(Importer.TooManyRejections(draft));
                continue;
            }

            Keep(draft, staging);
            KeepChildren(draft, block, staging);
        }

        await WriteAsync(cancellation);
    }

    /// <summary>A large file has ended: its inheritances are judged.</summary>
    public async Task EndAsync(FileDraft draft, CancellationToken cancellation)
    {
        if (!_shares.TryGetValue(draft, out List<MovementLine>? shares))
        {
            return;
        }

        LineBlock block = new();
        block.Movements.AddRange(shares);
        await _judge.LoadAsync([new DraftBlock(draft, block)], _writer.Fresh, cancellation);
        MovementStaging staging = _judge.Begin(draft, 0);
        JudgeShares(draft, staging);
        staging.Count();
        Keep(draft, staging);
        _children.AddRange(ChildRows.Of(draft.Submission, _parentRows.GetValueOrDefault(draft) ?? [], staging));
        await WriteAsync(cancellation);
    }

    /// <summary>A replacement withdraws the movements in force of its days, kinds and channels that it does not name.</summary>
    public async Task<Rejection?> WithdrawAsync(FileDraft draft, bool confirm, CancellationToken cancellation)
    {
        MovementReplacement replacement = new(parts.Connection.Itself, parts.Lives);
        Rejection? refusal = await replacement.WithdrawAsync(draft, confirm, cancellation);
        if (refusal is null)
        {
            foreach (MovementFact fact in replacement.Withdrawn)
            {
                Append(draft, fact);
            }

            foreach ((int person, PersonsLine line) in replacement.Reopenings)
            {
                draft.CountFact("event", line.On.ToYearMonth());
                _events.Add((person, line, draft.Submission));
            }

            await WriteAsync(cancellation);
        }

        return refusal;
    }

    public async Task CompleteAsync(CancellationToken cancellation)
    {
        await parts.Connection.IdleAsync();
        await _writer.CompleteAsync(cancellation);
    }

    private void JudgeShares(FileDraft draft, MovementStaging staging)
    {
        foreach (MovementLine line in SharesOf(draft).Where(l => l.Kind == MovementKind.WalletReturn))
        {
            _judge.Judge(line, staging);
        }

        foreach (IGrouping<(CitizenId, string?), MovementLine> shares in SharesOf(draft).Where(l => l.Kind != MovementKind.WalletReturn).GroupBy(l => (l.Id, l.Document)))
        {
            if (!staging.HoldsShares([.. shares]))
            {
                continue;
            }

            foreach (MovementLine line in shares)
            {
                _judge.Judge(line, staging);
            }
        }

        _shares.Remove(draft);
    }

    private List<MovementLine> SharesOf(FileDraft draft)
    {
        if (!_shares.TryGetValue(draft, out List<MovementLine>? shares))
        {
            _shares.Add(draft, shares = []);
        }

        return shares;
    }

    private void Keep(FileDraft draft, MovementStaging staging)
    {
        foreach (MovementFact fact in staging.Facts)
        {
            Append(draft, fact);
            parts.Persons.Confirm(Math.Abs(fact.Person));
        }

        foreach ((int person, PersonsLine line) in staging.Events)
        {
            draft.CountFact("event", line.On.ToYearMonth());
            _events.Add((person, line, draft.Submission));
        }

        _rejections.Add(draft.Submission, staging.Rejections);
    }

    // The shares of a large file are judged later, and so are the rows that they mend.
    private void KeepChildren(FileDraft draft, LineBlock block, MovementStaging staging)
    {
        if (draft.Parent is not null)
        {
            HashSet<int> later = [.. (_shares.GetValueOrDefault(draft) ?? []).Select(l => l.Row)];
            List<(int Row, int ParentRow)> rows = [.. block.ParentRows.Select(r => (r.Row, r.ParentRow))];
            _children.AddRange(ChildRows.Of(draft.Submission, rows.Where(r => !later.Contains(r.Row)), staging));
            _parentRows[draft] = [.. _parentRows.GetValueOrDefault(draft) ?? [], .. rows.Where(r => later.Contains(r.Row))];
        }
    }

    private void Append(FileDraft draft, in MovementFact fact)
    {
        _writer.Add(fact, draft.Submission);
        draft.CountDay(fact.On);
    }

    private async Task WriteAsync(CancellationToken cancellation)
    {
        await parts.Persons.WriteAsync(cancellation);
        await _writer.FlushAsync(cancellation);
        await EventWriter.WriteAsync(parts.Connection.Itself, _events, cancellation);
        _events.Clear();
        await _rejections.FlushAsync(cancellation);
        await ChildRows.WriteAsync(parts.Connection.Itself, _children, cancellation);
    }
}
