using System.Runtime.InteropServices;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Facts;

/// <summary>A version of what the pension agency reported for a person and month.</summary>
/// <param name="PriorYear">The prior year's monthly average; null: not given. So the others.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PensionFact(YearMonth Month, int Person, int Row, FactState State, Money? PriorYear, Money? ThisYear, Money? MonthPension)
    : IDeclaredFact<PensionFact>
{
    public static string Table => "pension";

    public static string Key => "person_id";

    public static string Columns => "pension_month, person_id, submission_id, row_no, state, prior_year_fen, this_year_fen, month_fen";

    public static string Selected => "person_id, row_no, state, submission_id, prior_year_fen, this_year_fen, month_fen";

    public static string OfEmployers => "$1::int[] IS NOT NULL";

    public int Employer => 0;

    public Money Base => Money.Zero;

    public Money PersonPaid => Money.Zero;

    public Money EmployerPaid => Money.Zero;

    public Money Paid => Money.Zero;

    public IReadOnlyList<(string Name, Money? Amount)> Figures => [("上年月均 prior year", PriorYear), ("本年月均 this year", ThisYear), ("当月 month", MonthPension)];

    public bool SaysTheSameAs(in PensionFact other) => PriorYear == other.PriorYear && ThisYear == other.ThisYear && MonthPension == other.MonthPension;

    public PensionFact As(FactState state, int row) => this with { State = state, Row = row };

    public PensionFact Aside() => this with { Person = -Person };

    public PensionFact Of(int person) => this with { Person = person };

    public void Write(CopyRows copy, int submission)
    {
        copy.Write(Month.FirstDay());
        copy.Write(Person);
        copy.Write(submission);
        copy.Write(Row);
        copy.Write((short)State);
        copy.Write(PriorYear?.Fen);
        copy.Write(ThisYear?.Fen);
        copy.Write(MonthPension?.Fen);
    }

    public static PensionFact Read(NpgsqlDataReader reader, YearMonth month) => new(
        month, reader.GetInt32(0), reader.GetInt32(1), (FactState)reader.GetInt16(2), reader.MoneyOrNull(4), reader.MoneyOrNull(5), reader.MoneyOrNull(6));

    public static PensionFact Withdrawn(YearMonth month, int person, int employer) => new(month, person, 0, FactState.Withdrawn, Money.Zero, Money.Zero, Money.Zero);
}
