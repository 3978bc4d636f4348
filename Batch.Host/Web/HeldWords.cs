using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;

namespace Batch.Host.Web;

/// <summary>Held rows in words: why each waits, and what deciding does to it and to the rows beside it.</summary>
internal static class HeldWords
{
    /// <summary>Why a row is held, without the numbers that the row itself shows.</summary>
    public static (string Chinese, string English) WhyOf(HeldRow row) => row.Code switch
    {
        Codes.TwoEmployers => ("同一人同一所属期有两个单位申报", "two employers declare the person for the month"),
        Codes.DuplicateLine => ("同一文件中此人有两行，内容不同", "two lines of one file declare the person differently"),
        Codes.UnknownPerson => ("此人未登记参保", "the person is not registered"),
        Codes.BalanceExceeded => ("金额超过账户可用余额，须由报送人以外的人员决定", "more than the account holds; another person than the sender decides"),
        Codes.NameDiffers => ($"文件中的姓名是{row.Found}，该号码登记的姓名是{row.Expected}", $"the file says {row.Found}, the name on record for the number is {row.Expected}"),
        Codes.NumberShared => OfShared(row),
        Codes.BirthDateDiffers => ("出生日期与登记的不同", "the birth date is not the one on record"),
        Codes.ArrearsBelowPaid => ($"补缴的基数 {row.Found} 低于已缴的基数 {row.Expected}", $"arrears on a base of {row.Found} are less than what was paid, on {row.Expected}"),
        Codes.NumberInUse => ("新号码已属于另一位参保人，只能不采用；确为同一人的，由两人办理合并", "the new number is another person's, so the row can only be withdrawn; where both are one person, two people join them"),
        _ => (RejectionCodes.Describe(new Rejection(row.Code, row.Row, "", "", ""), "zh"), RejectionCodes.Describe(new Rejection(row.Code, row.Row, "", "", ""), "en")),
    };

    /// <summary>A decision on record, as its button is named: for runs and the audit log alike.</summary>
    public static (string Chinese, string English) DecisionOf(bool take) => take ? ("采用", "taken") : ("不采用", "withdrawn");

    /// <summary>What becomes of the row and of others when it is taken, and when it is not.</summary>
    public static (string Chinese, string English) EffectOf(HeldRow row) => row.Code switch
    {
        Codes.NumberInUse => ("不采用：号码不变，本行撤回。", "Withdrawn: the number stays, the row is withdrawn."),
        Codes.NameDiffers or Codes.BirthDateDiffers or Codes.NumberShared when row.Beside => (
            "采用：认定与登记的是同一人，登记的姓名不变，本行取代同一单位为该号码同月申报的金额。不采用：只撤回本行。",
            "Taken: it is the person on record, the name on record stays, and the row replaces what the same employer declared for the number in the month. Withdrawn: this row only."),
        Codes.NameDiffers or Codes.BirthDateDiffers => (
            "采用：认定与登记的是同一人，登记的姓名不变。不采用：只撤回本行。", "Taken: it is the person on record, the name on record stays. Withdrawn: this row only."),
        Codes.NumberShared => (
            "采用：该号码该月记本行；写另一姓名的行仍待定，须另行决定。不采用：只撤回本行，另一行仍待定。",
            "Taken: the row is the number's for the month; the row with the other name stays held and is decided by itself. Withdrawn: this row only; the other stays held."),
        Codes.ArrearsBelowPaid => ("采用：本行取代该月已缴的金额。不采用：只撤回本行，已缴的不变。", "Taken: the row replaces what was paid for the month. Withdrawn: this row only; what was paid stays."),
        Codes.DuplicateLine => (
            "采用：同一文件中此人的另一行、其他单位为此人该月的申报即不采用。不采用：此人在该文件中的两行都撤回。",
            "Taken: the other line of the file and what other employers declared for the person and month do not stand. Withdrawn: both lines of the file."),
        Codes.TwoEmployers => (
            "采用：其他单位为此人该月的申报即不采用。不采用：只撤回本行，其他单位的申报不变。",
            "Taken: what other employers declared for the person and month does not stand. Withdrawn: this row only; what the others declared stays as it is."),
        _ => ("采用：本行计入。不采用：本行撤回。", "Taken: the row counts. Withdrawn: the row does not."),
    };

    // "21 尤*": the other row of the file and its name.
    private static (string Chinese, string English) OfShared(HeldRow row)
    {
        string[] other = row.Expected.Split(' ', 2);
        return ($"文件中本行的姓名是{row.Found}，第 {other[0]} 行 {other[^1]} 写了同一证件号码", $"the file says {row.Found} here, and row {other[0]} gives the same number to {other[^1]}");
    }
}
