using System.Text.Json.Serialization;
using NodaTime;

namespace Batch.Rules;

/// <summary>What a person may have of the pooled fund in a month. The numbers stand in the database.</summary>
public enum BenefitStatus : short
{
    NotEnrolled = 0,
    Eligible = 1,

    /// <summary>In a break 断缴: nothing is reimbursed; the account stays usable.</summary>
    Suspended = 2,

    /// <summary>Paid up again after a break, and not yet entitled 等待期.</summary>
    Waiting = 3,

    /// <summary>After the month of death, or after that in which the insurance was ended: emigration 出境定居, giving up 放弃参保.</summary>
    Ended = 4,
}

/// <summary>Months of one status.</summary>
/// <param name="To">The last month; null: until something changes.</param>
/// <param name="WaitingUntil">Of a waiting spell the last month of the wait.</param>
public sealed record BenefitSpell(BenefitStatus Status, YearMonth From, YearMonth? To, YearMonth? WaitingUntil)
{
    /// <summary>Of a waiting spell where whole years missed make it longer: how long it is and why; null: the wait is the policy's for the break.</summary>
    [JsonIgnore]
    public BenefitWait? Wait { get; init; }
}

/// <summary>The months of a wait that depend on the years missed.</summary>
/// <param name="Months">All of it.</param>
/// <param name="FixedMonths">What everybody waits after such a break.</param>
/// <param name="PaidYears">Whole years of the missed ones that are paid by now.</param>
public sealed record BenefitWait(int Months, int FixedMonths, int MissedYears, int PaidYears);

/// <summary>A month of contribution and the month in which its money was posted: later, when it was paid in arrears 补缴.</summary>
public readonly record struct PaidMonth(YearMonth Month, YearMonth PaidIn);

/// <summary>
/// A person's benefits month by month, folded from what was paid when (docs/policies/edges.md, breaks). Benefits stop some months after the first unpaid one;
/// on resumption they begin again after the policy's wait for a short or a long break; where whole years missed make it longer, paying for them makes it shorter,
/// also while it lasts. A short break that is wholly paid in arrears ends with
/// the month after the payment, or never was, as the policy says. A retiree needs no contribution; after the month in which the insurance ended, by death or otherwise, there are none.
/// </summary>
public static class BenefitTimeline
{
    private const int Never = int.MaxValue;
    private const int MonthsAYear = 12;

    /// <param name="paid">In any order; a month that was taken back is not among them.</param>
    /// <param name="retiredFrom">First month as a retiree.</param>
    /// <param name="endedIn">The last month of the insurance: of the death, or of the closing upon emigration or giving up.</param>
    /// <param name="policy">The slice of a month: of the first unpaid month for the suspension, of the month of resumption for what follows.</param>
    /// <returns>Spells in order, from the first month enrolled to <paramref name="through"/>; none for who never was.</returns>
    public static IReadOnlyList<BenefitSpell> Fold(
        IReadOnlyCollection<PaidMonth> paid, YearMonth? retiredFrom, YearMonth? endedIn, YearMonth through, Func<YearMonth, MonthPolicy> policy)
    {
        int first = paid.Count == 0 ? Never : paid.Min(p => Number(p.Month));
        int retired = retiredFrom is { } from ? Number(from) : Never, ended = endedIn is { } ending ? Number(ending) : Never;
        int start = Math.Min(first, retired), end = Number(through);
        if (start > end)
        {
            return [];
        }

        // Payments after the last month asked for may still undo a break before it.
        int last = Math.Max(end, paid.Count == 0 ? end : paid.Max(p => Number(p.PaidIn)));
        int[] paidIn = new int[last - start + 1];
        Array.Fill(paidIn, Never);
        foreach (PaidMonth month in paid)
        {
            if (Number(month.Month) <= last)
            {
                ref int known = ref paidIn[Number(month.Month) - start];
                known = Math.Min(known, Number(month.PaidIn));
            }
        }

        var months = new Months(start, first, paidIn, policy);
        for (int t = start; t <= last; t++)
        {
            months.Live(t, isRetired: t >= retired, hasEnded: t > ended);
        }

        months.PayBack();
        return months.Spells(end);
    }

    private static int Number(YearMonth month) => (month.Year * 12) + month.Month - 1;

    private static YearMonth MonthOf(int number) => new(number / 12, (number % 12) + 1);

    /// <summary>The months being lived through, one after the other, each with what was known at its end.</summary>
    private sealed class Months(int start, int first, int[] paidIn, Func<YearMonth, MonthPolicy> policy)
    {
        private readonly BenefitStatus[] _status = new BenefitStatus[paidIn.Length];
        private readonly int[] _until = new int[paidIn.Length];
        private readonly BenefitWait?[] _waits = new BenefitWait?[paidIn.Length];

        /// <summary>Short breaks that a payment in arrears undoes: first unpaid month, month of resumption, last month without benefits.</summary>
        private readonly List<(int From, int Resumed, int Last)> _undone = [];
        private int _brokenFrom = Never;
        private int _outstanding;
        private int _waitUntil = -1;
        private int _suspendedUntil = -1;

        /// <summary>A break of whole years that the person waits for: its first month, the month of resumption, the fixed wait; null: none.</summary>
        private (int From, int Resumed, int Fixed, int MissedYears)? _missed;

        public void Live(int t, bool isRetired, bool hasEnded)
        {
            if (hasEnded || isRetired)
            {
                (_brokenFrom, _outstanding, _waitUntil, _suspendedUntil, _missed) = (Never, 0, -1, -1, null);
                _status[t - start] = hasEnded ? BenefitStatus.Ended : BenefitStatus.Eligible;
                return;
            }

            int unpaid = Unpaid(t), from = t - unpaid + 1;
            if (unpaid > 0 && t >= from + policy(MonthOf(from)).SuspendedAfterMonths)
            {
                _brokenFrom = Math.Min(_brokenFrom, from);
                _outstanding = Math.Max(_outstanding, unpaid);
                (_waitUntil, _missed) = (-1, null);
                _status[t - start] = BenefitStatus.Suspended;
                return;
            }

            if (_brokenFrom != Never)
            {
                Resume(t);
            }

            Repair(t);
            _status[t - start] = t <= _suspendedUntil ? BenefitStatus.Suspended : t <= _waitUntil ? BenefitStatus.Waiting : BenefitStatus.Eligible;
            _until[t - start] = t <= _waitUntil ? _waitUntil : 0;
        }

        private void Resume(int t)
        {
            MonthPolicy slice = policy(MonthOf(t));
            bool isLong = _outstanding >= slice.LongBreakFromMonths;
            int wait = isLong ? slice.WaitingAfterLongBreak : slice.WaitingAfterShortBreak;
            if (!isLong && IsPaid(_brokenFrom, t - 1, t))
            {
                wait = 0;
                _suspendedUntil = slice.BackPayment == BackPayment.NextMonth ? t : -1;
            }

            _waitUntil = t + wait - 1;
            int years = _outstanding / MonthsAYear;
            _missed = slice.MissedYears is not null && years > 0 ? (_brokenFrom, t, wait, years) : null;
            if (!isLong && slice.BackPayment == BackPayment.Retroactive)
            {
                _undone.Add((_brokenFrom, t, Math.Max(t, _waitUntil)));
            }

            (_brokenFrom, _outstanding) = (Never, 0);
        }

        // Paying for a missed year shortens the wait from the month of the payment on.
        private void Repair(int t)
        {
            if (_missed is not { } missed)
            {
                return;
            }

            int paid = 0;
            for (int month = missed.From; month < missed.Resumed; month++)
            {
                paid += paidIn[month - start] <= t ? 1 : 0;
            }

            int years = Math.Min(paid / MonthsAYear, missed.MissedYears);
            int months = policy(MonthOf(missed.Resumed)).WaitAfter(missed.Fixed, missed.MissedYears, years);
            _waitUntil = missed.Resumed + months - 1;
            _waits[t - start] = t <= _waitUntil ? new BenefitWait(months, missed.Fixed, missed.MissedYears, years) : null;
        }

        /// <summary>A short break whose months are all paid by now, whenever that was, takes nothing away where the policy says so.</summary>
        public void PayBack()
        {
            foreach ((int from, int resumed, int lastWithout) in _undone.Where(b => IsPaid(b.From, b.Resumed - 1, Never - 1)))
            {
                for (int t = from; t <= Math.Min(lastWithout, start + _status.Length - 1); t++)
                {
                    // Another break may have begun within the wait; it is not this one's.
                    ref BenefitStatus status = ref _status[t - start];
                    status = status == BenefitStatus.Waiting || (status == BenefitStatus.Suspended && t < resumed) ? BenefitStatus.Eligible : status;
                }
            }
        }

        public List<BenefitSpell> Spells(int end)
        {
            List<BenefitSpell> spells = [];
            for (int t = start, from = start; t <= end; t++)
            {
                bool isLast = t == end;
                BenefitStatus status = _status[from - start];
                int until = status == BenefitStatus.Waiting ? _until[from - start] : 0;
                if (isLast || _status[t + 1 - start] != status || (status == BenefitStatus.Waiting && _until[t + 1 - start] != until))
                {
                    spells.Add(new BenefitSpell(status, MonthOf(from), isLast ? null : MonthOf(t), until > 0 ? MonthOf(until) : null) { Wait = _waits[from - start] });
                    from = t + 1;
                }
            }

            return spells;
        }

        // Months without money up to this one, as was known at its end.
        private int Unpaid(int t)
        {
            int unpaid = 0;
            while (t - unpaid >= Math.Max(first, start) && paidIn[t - unpaid - start] > t)
            {
                unpaid++;
            }

            return unpaid;
        }

        private bool IsPaid(int from, int to, int by)
        {
            for (int t = from; t <= to; t++)
            {
                if (paidIn[t - start] > by)
                {
                    return false;
                }
            }

            return true;
        }
    }
}
