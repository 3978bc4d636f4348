using Batch.Jobs.Files;

namespace Batch.Jobs.Reading;

/// <summary>The reports in the order in which they are listed.</summary>
public static class AllReports
{
    public static IReadOnlyList<Report> List { get; } =
    [
        new AllocationReport(), new SourcesReport(), new EmployerReport(), new AgeTierReport(), new PooledFundReport(), new RejectionReport(), new HeldReport(), new MissingEmployersReport(), new CertificateReport(),
        new CertificateMoneyReport(), new CertificateEmployersReport(), new CertificateDifferencesReport(), new ArrearsReport(),
        new ReceiptReport(), new SuspenseReport(), new BooksReport(), new VouchersReport(), new TraceReport(),
        new ProvisionalReport(), new MovementReport(), new FlowsReport(), new RecoveryReport(), new RetireesReport(), new StatusReport(),
    ];

    public static Report? Find(string kind) => List.FirstOrDefault(r => r.Kind == kind);
}
