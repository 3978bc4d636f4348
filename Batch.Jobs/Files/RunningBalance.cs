using Batch.Rules;

namespace Batch.Jobs.Files;

/// <summary>
/// The balances of a bank's statement against its lines. Banks print the oldest line first or the newest; the order that holds for longer is the
/// file's. Over a line that cannot be read nothing is compared.
/// </summary>
internal sealed class RunningBalance
{
    private readonly Direction oldestFirst = new(addsOwn: true);
    private readonly Direction newestFirst = new(addsOwn: false);

    /// <summary>The first line whose balance does not follow; null: all do.</summary>
    public (int Row, Money Found, Money Expected)? Fault => (oldestFirst.Fault, newestFirst.Fault) switch
    {
        ({ } old, { } fresh) => fresh.Row > old.Row ? fresh : old,
        _ => null,
    };

    /// <param name="change">What the line brought, less what it took; null: it cannot be read.</param>
    /// <param name="after">The balance behind the line; null: it is blank or cannot be read.</param>
    public void Add(int row, Money? change, Money? after)
    {
        oldestFirst.Add(row, change, after);
        newestFirst.Add(row, change, after);
    }

    private sealed class Direction(bool addsOwn)
    {
        private Money? expected;

        public (int Row, Money Found, Money Expected)? Fault { get; private set; }

        public void Add(int row, Money? change, Money? after)
        {
            // Oldest first: the balance before and this line's change. Newest first: this balance is the one above less the change above.
            Money? due = addsOwn ? expected + change : expected;
            if (Fault is null && due is { } wanted && after is { } found && wanted != found)
            {
                Fault = (row, found, wanted);
            }

            Money? known = after ?? due;
            expected = change is null ? (addsOwn ? after : null) : addsOwn ? known : known - change;
        }
    }
}
