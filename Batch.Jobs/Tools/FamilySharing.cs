namespace Batch.Jobs.Tools;

/// <summary>A family member for whom another person's account pays, from one month on up to the month before another.</summary>
internal readonly record struct Sharing(Person Payer, Person Member, bool WithParent, int From, int Until)
{
    /// <summary>Bound from the first of its first month, it is spent in from the next one on: whatever the order in which a month's files are taken in.</summary>
    public bool Spends(int month) => month > From && month < Until && !(Member.Change == Change.Dies && month >= Member.At);
}

/// <summary>Who shares an account: of twelve of the employed one pays, in turn for a retired parent and for a spouse, each of them once; a third of it ends again.</summary>
internal sealed class FamilySharing(Population population)
{
    private const int Every = 12;

    /// <summary>What the person pays for others; null: nothing. Who joins or goes in the time that is generated pays for nobody.</summary>
    public Sharing? Of(in Person payer)
    {
        int turn = payer.Index / Every;
        bool withParent = turn % 2 == 0 && turn < population.RetiredCount;
        if (payer.Index % Every != 0 || payer.Change is not (Change.None or Change.Pauses) || payer.Index + 1 >= population.EmployedCount)
        {
            return null;
        }

        int from = 1 + (turn % 3);
        return new Sharing(
            payer, withParent ? population.Retired(turn) : population.Employed(payer.Index + 1), withParent, from, turn % 3 == 0 ? from + 4 + (turn % 5) : int.MaxValue);
    }
}
