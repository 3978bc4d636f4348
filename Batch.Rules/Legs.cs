namespace Batch.Rules;

/// <summary>The legs of an entry, in fen: account + pool + other = person paid + employer paid - paid out.</summary>
public readonly record struct Legs(long Account, long Pool, long Other, long PersonPaid, long EmployerPaid, long PaidOut)
{
    public bool IsZero => Account == 0 && Pool == 0 && Other == 0 && PersonPaid == 0 && EmployerPaid == 0 && PaidOut == 0;

    public static Legs operator -(in Legs left, in Legs right) => new(
        left.Account - right.Account, left.Pool - right.Pool, left.Other - right.Other, left.PersonPaid - right.PersonPaid,
        left.EmployerPaid - right.EmployerPaid, left.PaidOut - right.PaidOut);

    public static Legs Of(in Shares shares) => new(
        shares.Account.Fen, shares.Pool.Fen, shares.Other.Fen, shares.PersonPaid.Fen, shares.EmployerPaid.Fen, 0);
}
