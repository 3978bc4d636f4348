using Batch.Jobs.Facts;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Intake;

public sealed class FactsInForceTests
{
    [TestCase(2, 1, 5, true, TestName = "A later submission replaces a row")]
    [TestCase(2, 1, 0, true, TestName = "A later submission replaces a withdrawal")]
    [TestCase(2, 1, -5, true, TestName = "A later submission replaces a held row")]
    [TestCase(2, 2, 5, true, TestName = "A later row of a submission replaces an earlier one")]
    [TestCase(2, 2, 0, false, TestName = "No row replaces a consequence of its own submission that is no row of it")]
    [TestCase(2, 2, -5, false, TestName = "No row replaces a consequence of a row of its own submission")]
    public void Versions_read_in_order_of_submission_and_row(int submission, int earlierSubmission, int earlierRow, bool replaces) =>
        Assert.That(FactVersions.Replaces(submission, earlierSubmission, earlierRow), Is.EqualTo(replaces));
}
