using System.CommandLine;

namespace Batch.Host.Verbs;

/// <summary>The verbs in the order in which they are listed. A new one is one line here and one file beside this.</summary>
internal static class AllVerbs
{
    public static IEnumerable<Command> Create() =>
    [
        DemoVerb.Create(),
        CalcVerb.Create(),
        GenerateVerb.Create(),
        PolicyVerbs.Create(),
        SimulateVerb.Create(),
        ImportVerb.Create(),
        .. SubmissionVerbs.Create(),
        .. HeldVerbs.Create(),
        DropVerb.Create(),
        .. RunVerbs.Create(),
        .. ClosingVerbs.Create(),
        .. MoneyVerbs.Create(),
        PersonVerbs.Create(),
        RefundVerbs.Create(),
        .. TraceVerbs.Create(),
        .. LedgerVerbs.Create(),
        BenefitsVerb.Create(),
        ReportVerb.Create(),
        ExportJournalVerb.Create(),
        VerifyVerb.Create(),
        ValidateVerb.Create(),
        BenchVerb.Create(),
        ServeVerb.Create(),
        .. LoginVerbs.Create(),
        UserVerbs.Create(),
        KeyVerbs.Create(),
        ScheduleVerbs.Create(),
        ThresholdVerb.Create(),
        DbVerbs.Create(),
    ];
}
