namespace Batch.Jobs.Facts;

// The codes that the tables keep, as the database has them. A number is never given again.

/// <summary>What a file holds, told by its header.</summary>
public enum FileContent
{
    Payroll,
    Pension,
    Persons,
    Movements,
    Receipts,

    /// <summary>A statement of the income account 收入户 by the bank.</summary>
    Bank,
}

/// <summary>How a file relates to those before it.</summary>
public enum SubmissionKind
{
    Regular,
    Supplementary,
    Replacement,
}

/// <summary>Whether a version of a fact counts.</summary>
public enum FactState : short
{
    Accepted = 1,
    Held = 2,
    Withdrawn = 3,
}

/// <summary>A change of a person's status.</summary>
public enum PersonEvent : short
{
    New = 1,
    Left = 2,
    Resumed = 3,
    Retired = 4,
    Died = 5,
    Category = 6,
    Card = 7,
    EarlierMonths = 8,
    FrozenAmount = 9,
    AccountFrozen = 10,
    AccountUnfrozen = 11,
    AccountClosed = 12,
    FamilyBound = 13,
    FamilyUnbound = 14,
    NumberChanged = 15,
    NameChanged = 16,

    /// <summary>A consequence of going back to an earlier number: the one that was left may be another person's.</summary>
    NumberGivenUp = 17,

    /// <summary>Months of the earlier ones that were actually paid 实际缴费, not only counted.</summary>
    EarlierActualMonths = 20,
}

/// <summary>What changes an account besides credits and interest; the numbers are the ledger's components.</summary>
public enum MovementKind : short
{
    Opening = 4,
    Spending = 5,
    PayOut = 6,
    TransferIn = 7,
    TransferOut = 8,
    Correction = 9,

    /// <summary>From one wallet 医保钱包 to another, of this area or elsewhere.</summary>
    WalletOut = 10,
    WalletIn = 11,

    /// <summary>A transfer out that nobody has accepted comes back, under its document.</summary>
    WalletReturn = 12,

    /// <summary>Money for an emergency 急诊, paid back into the account.</summary>
    EmergencyReturn = 13,
}

/// <summary>Where a day's spending was.</summary>
public enum SpendingChannel : short
{
    None = 0,
    Pharmacy = 1,
    Clinic = 2,
    Hospital = 3,

    /// <summary>A relative's premium of the residents' insurance 居民医保缴费.</summary>
    Premium = 4,
}

/// <summary>Why an account is paid out or closed.</summary>
public enum Ground : short
{
    None = 0,
    Emigration = 1,
    Death = 2,
    NoHeir = 3,
    GivingUp = 4,
    ResidenceElsewhere = 5,
    Other = 6,
    TransferOut = 7,

    /// <summary>A listed severe illness 重大疾病; the account stays open.</summary>
    SevereIllness = 8,
}

/// <summary>What an entry is for; the ledger keeps the numbers.</summary>
public enum Component : short
{
    Contribution = 1,
    Retiree = 2,

    /// <summary>A year's interest: account + I, other funds - I, tagged with the year's last month.</summary>
    Interest = 3,

    /// <summary>From here on movements, one component each kind: 040_movements.sql has their legs.</summary>
    Opening = 4,
    Spending = 5,
    PayOut = 6,
    TransferIn = 7,
    TransferOut = 8,
    Correction = 9,
    WalletOut = 10,
    WalletIn = 11,
    WalletReturn = 12,
    EmergencyReturn = 13,
}
