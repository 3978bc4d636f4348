using System.Runtime.InteropServices;
using NodaTime;

namespace Batch.Jobs.Facts;

/// <summary>
/// What makes a movement the same one: a day's spending of a person by channel and family member, else a document of a person (with the heir).
/// An opening balance there is one of. The day of what has a document can be corrected, so it is no part of it.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MovementIdentity(int Person, MovementKind Kind, DateOnly? Day, SpendingChannel Channel, long Member, string Reference);

/// <summary>A version of a movement. The amount is in fen, as it changes the account.</summary>
/// <param name="Row">Line of the file; 0 for a consequence of the file that is no row of it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MovementFact(
    MovementIdentity Identity, DateOnly On, int Row, FactState State, long Fen, Ground Ground, string? Document, string? Counterpart)
{
    public int Person => Identity.Person;

    /// <summary>The same, waiting beside the person's account or back from there: nobody's until it is decided.</summary>
    public MovementFact Aside() => this with { Identity = Identity with { Person = -Identity.Person } };

    public YearMonth Month => new(On.Year, On.Month);

    public bool SaysTheSameAs(in MovementFact other) => On == other.On && Fen == other.Fen && Ground == other.Ground && Counterpart == other.Counterpart;
}

/// <summary>A version in force, with the submission that it came with.</summary>
public readonly record struct StandingMovement(MovementFact Fact, int Submission);
