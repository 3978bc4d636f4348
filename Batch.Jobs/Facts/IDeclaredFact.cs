using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Facts;

/// <summary>
/// A version of what somebody declared for a person and a month: a contribution by an employer, a pension by the agency. Which of several versions counts is
/// <see cref="FactVersions.LatestFirst"/>.
/// </summary>
public interface IDeclaredFact<TSelf>
    where TSelf : struct, IDeclaredFact<TSelf>
{
    /// <summary>Table of the facts, and their name in the tables of submissions.</summary>
    static abstract string Table { get; }

    /// <summary>What there is one version in force of: person, and employer where several may declare.</summary>
    static abstract string Key { get; }

    /// <summary>Columns as <see cref="Write"/> writes them.</summary>
    static abstract string Columns { get; }

    /// <summary>Columns as <see cref="Read"/> reads them; column <see cref="DeclaredFacts.SubmissionColumn"/> is the submission.</summary>
    static abstract string Selected { get; }

    /// <summary>Condition for what the employers of <c>$1</c> declared; all of it where it is no employer that declares.</summary>
    static abstract string OfEmployers { get; }

    YearMonth Month { get; }

    /// <summary>Below zero: a line that waits beside what the person has, since it may not be the person's. Nothing else reads it until it is decided.</summary>
    int Person { get; }

    /// <summary>Zero for pensions.</summary>
    int Employer { get; }

    /// <summary>Line of the file; 0, or below, for a consequence of the file that is no row of it.</summary>
    int Row { get; }

    FactState State { get; }

    /// <summary>The base on which was paid; nothing for a pension.</summary>
    Money Base { get; }

    Money PersonPaid { get; }

    Money EmployerPaid { get; }

    /// <summary>What the line says was paid in all.</summary>
    Money Paid { get; }

    /// <summary>The figures with their names in both languages, as an operator sees them; null: not given.</summary>
    IReadOnlyList<(string Name, Money? Amount)> Figures { get; }

    /// <summary>Both say the same of the person and month, whatever their senders and times.</summary>
    bool SaysTheSameAs(in TSelf other);

    /// <summary>The same figures as another version.</summary>
    TSelf As(FactState state, int row);

    /// <summary>The same, waiting beside the person's month or back from there.</summary>
    TSelf Aside();

    /// <summary>The same of another person.</summary>
    TSelf Of(int person);

    void Write(CopyRows copy, int submission);

    static abstract TSelf Read(NpgsqlDataReader reader, YearMonth month);

    /// <summary>A version that takes back what was declared: its figures say nothing.</summary>
    static abstract TSelf Withdrawn(YearMonth month, int person, int employer);
}

/// <summary>What the fields of declared facts have in common.</summary>
public static class DeclaredFacts
{
    /// <summary>Where the submission is among the selected columns.</summary>
    public const int SubmissionColumn = 3;

    /// <summary>The versions in force in a month's table, of those that the condition picks.</summary>
    public static string InForce<TFact>(string part, string condition)
        where TFact : struct, IDeclaredFact<TFact> =>
        $"SELECT DISTINCT ON ({TFact.Key}) {TFact.Selected} FROM {part} WHERE {condition} ORDER BY {TFact.Key}, {FactVersions.LatestFirst}";

    internal static Money? MoneyOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : new Money(reader.GetInt64(column));
}
