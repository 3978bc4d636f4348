using System.Runtime.InteropServices;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Facts;

/// <summary>A version of what an employer declared for a person and contribution month.</summary>
/// <param name="ReceivedOn">The day that the row names for the money's arrival 到账日期: a note, which receives nothing.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ContributionFact(
    YearMonth Month, int Person, int Employer, int Row, FactState State, Money Base, Money PersonPaid, Money EmployerPaid, DateOnly? ReceivedOn)
    : IDeclaredFact<ContributionFact>
{
    public static string Table => "contribution";

    public static string Key => "person_id, employer_id";

    public static string Columns =>
        "contribution_month, person_id, employer_id, submission_id, row_no, state, base_fen, person_paid_fen, employer_paid_fen, received_on";

    public static string Selected => "person_id, row_no, state, submission_id, employer_id, base_fen, person_paid_fen, employer_paid_fen, received_on";

    public static string OfEmployers => "employer_id = ANY($1)";

    public Money Paid => PersonPaid + EmployerPaid;

    public IReadOnlyList<(string Name, Money? Amount)> Figures => [("缴费基数 base", Base), ("个人缴费 person paid", PersonPaid), ("单位缴费 employer paid", EmployerPaid)];

    // Not the note of a day: another version comes later among the employer's lines, and the money that covered the first might no longer reach it.
    public bool SaysTheSameAs(in ContributionFact other) => Base == other.Base && PersonPaid == other.PersonPaid && EmployerPaid == other.EmployerPaid;

    public ContributionFact As(FactState state, int row) => this with { State = state, Row = row };

    public ContributionFact Aside() => this with { Person = -Person };

    public ContributionFact Of(int person) => this with { Person = person };

    public void Write(CopyRows copy, int submission)
    {
        copy.Write(Month.FirstDay());
        copy.Write(Person);
        copy.Write(Employer);
        copy.Write(submission);
        copy.Write(Row);
        copy.Write((short)State);
        copy.Write(Base.Fen);
        copy.Write(PersonPaid.Fen);
        copy.Write(EmployerPaid.Fen);
        copy.Write(ReceivedOn);
    }

    public static ContributionFact Read(NpgsqlDataReader reader, YearMonth month) => new(
        month, reader.GetInt32(0), reader.GetInt32(4), reader.GetInt32(1), (FactState)reader.GetInt16(2), new Money(reader.GetInt64(5)), new Money(reader.GetInt64(6)),
        new Money(reader.GetInt64(7)), reader.IsDBNull(8) ? null : reader.GetFieldValue<DateOnly>(8));

    public static ContributionFact Withdrawn(YearMonth month, int person, int employer) =>
        new(month, person, employer, 0, FactState.Withdrawn, Money.Zero, Money.Zero, Money.Zero, null);
}
