using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <param name="Month">Month the files are declared for; null: the latest month in each file.</param>
/// <param name="Confirm">A replacement may leave out more than a tenth of the people.</param>
/// <param name="Parent">The submission whose rejected rows the file mends.</param>
public sealed record ImportRequest(YearMonth? Month, SubmissionKind Kind, bool Confirm, string By, int? Parent = null);

/// <summary>A file to take in: where its bytes lie, and what its sender calls it, which is never used as a path.</summary>
public sealed record IncomingFile(string Path, string Name)
{
    public static IncomingFile At(string path) => new(path, System.IO.Path.GetFileName(path));
}

/// <summary>How far a large file is.</summary>
public readonly record struct IntakeProgress(int Rows, long Bytes);

/// <summary>What became of one file. Every row is exactly one of accepted, unchanged, held, rejected (superseded: accepted once, overridden since).</summary>
public sealed record FileOutcome(
    string File, FileContent? Content, SubmissionKind Kind, int? Submission, int Rows, int Accepted, int Unchanged, int Held, int Rejected, int Superseded,
    IReadOnlyList<Rejection> Rejections, string? Refused)
{
    /// <summary>Cells that had characters which are not seen; they were removed.</summary>
    public int InvisibleCells { get; init; }

    /// <summary>Rows that name a person by a number that is no longer the current one.</summary>
    public int OldNumbers { get; init; }

    /// <summary>What is told of those rows.</summary>
    public static (string Chinese, string English) OfOldNumbers(int rows) => (
        string.Create(CultureInfo.InvariantCulture, $"有 {rows} 行使用已变更的证件号码，已按本人收下；请通知报送单位改用现号码。"),
        string.Create(CultureInfo.InvariantCulture, $"{rows} rows use a number that has changed since; they were taken in as the person's. Tell the sender to use the current number."));

    /// <summary>The submission that it is the same as; null: it is new or refused.</summary>
    public SameFile? Same { get; init; }

    /// <summary>Every row was rejected, each for itself: the file is on record and nothing of it was taken in.</summary>
    public bool NoneTaken => Refused is null && Rows > 0 && Rejected == Rows;

    public string NoneChinese => None(Rejected).Chinese;

    public string NoneEnglish => None(Rejected).English;

    /// <summary>What is told of a file of which every row was rejected.</summary>
    public static (string Chinese, string English) None(int rejected) => (
        string.Create(CultureInfo.InvariantCulture, $"没有收下任何一行，{rejected} 行被拒绝。"),
        string.Create(CultureInfo.InvariantCulture, $"No row was taken in, {rejected} rejected."));

    /// <summary>Why the program could not take the file: it is not in, the others are. Null: it was taken or refused.</summary>
    public Exception? Failed { get; init; }

    /// <summary>What was answered when the file was taken in.</summary>
    /// <exception cref="DataFaultException">SUBMISSION_UNKNOWN.</exception>
    public static async Task<FileOutcome> ReadAsync(Submissions submissions, int number, CancellationToken cancellation)
    {
        Submission of = await submissions.ReadAsync(number, cancellation);
        return new FileOutcome(
            of.File, of.Content, of.Kind, of.Number, of.Rows, of.Accepted, of.Unchanged, of.Held, of.Rejected, 0,
            await submissions.RejectionsAsync(number, FileDraft.RejectionsShown, cancellation), of.Refused)
        { InvisibleCells = of.InvisibleCells, OldNumbers = of.OldNumbers };
    }

    public static FileOutcome Of(IncomingFile file, SubmissionKind kind, Exception failed) => new(file.Name, null, kind, null, 0, 0, 0, 0, 0, 0, [], null) { Failed = failed };
}

/// <summary>A file on its way in: counters and consequences, until its transaction writes the submission.</summary>
public sealed class FileDraft(IncomingFile file, byte[] sha256, int submission, SubmissionKind kind)
{
    public const int RejectionsShown = 100;

    /// <summary>Months by which a regular file may be later than its rows.</summary>
    private const int LongestDelay = 12;

    public string Path { get; } = file.Path;
    public string Name { get; } = file.Name;
    public byte[] Sha256 { get; } = sha256;
    public int Submission { get; set; } = submission;
    public SubmissionKind Kind { get; } = kind;
    public int? Parent { get; init; }

    /// <summary>It is no file but what an operator decided about a held row.</summary>
    public bool IsDecision { get; init; }
    public FileContent? Content { get; set; }

    /// <summary>A rejection with its column named as the file names it.</summary>
    public Func<Rejection, Rejection> InItsWords { get; set; } = rejection => rejection;

    /// <summary>Month the file is declared for; null until its rows have told it.</summary>
    public YearMonth? Month { get; set; }

    /// <summary>Months that its month column names.</summary>
    public IReadOnlySet<YearMonth> Months { get; set; } = new HashSet<YearMonth>();

    /// <summary>It has a payment that its row does not call arrears.</summary>
    public bool PaysOnTime { get; set; }

    /// <summary>Latest month of its rows.</summary>
    public YearMonth? LatestMonth { get; set; }
    public int Rows { get; set; }
    public int Accepted { get; set; }
    public int Unchanged { get; set; }
    public int Held { get; set; }
    public int Rejected { get; set; }
    public long PersonPaidFen { get; set; }
    public long EmployerPaidFen { get; set; }
    public long HeldFen { get; set; }
    public long UnchangedFen { get; set; }

    /// <summary>Of the accepted movements, each without its sign.</summary>
    public long MovedFen { get; set; }
    public string? Refused { get; set; }

    /// <summary>Cells that had characters which are not seen.</summary>
    public int InvisibleCells { get; set; }

    /// <summary>Rows that name a person by a number that is no longer the current one.</summary>
    public int OldNumbers { get; set; }

    /// <summary>Bytes of the file that the rows so far were read from, or a little more: it is read ahead.</summary>
    public long BytesRead { get; set; }

    /// <summary>The first rejections, for the outcome; all of them go to the table.</summary>
    public List<Rejection> Rejections { get; } = [];
    public Dictionary<(string Fact, YearMonth Month), int> Facts { get; } = [];

    /// <summary>Movements by their day.</summary>
    public Dictionary<DateOnly, int> Days { get; } = [];

    /// <summary>Anything of it goes to the facts.</summary>
    public bool HasFacts => Facts.Count > 0 || Days.Count > 0;

    /// <summary>A run takes it: a bank's statement changes nobody's credit.</summary>
    public bool IsForRuns => HasFacts && Content != FileContent.Bank;

    /// <summary>Of a replacement: the movements it names, and their days, kinds and channels.</summary>
    public HashSet<MovementIdentity> NamedMovements { get; } = [];
    public HashSet<(DateOnly Day, MovementKind Kind, SpendingChannel Channel)> MovementGroups { get; } = [];

    /// <summary>Of a replacement: the people that it names, by month, and their employers; what it leaves out is withdrawn.</summary>
    public Dictionary<YearMonth, PersonSet> Present { get; } = [];
    public HashSet<int> Employers { get; } = [];

    public void Show(Rejection rejection)
    {
        if (Rejections.Count < RejectionsShown)
        {
            Rejections.Add(rejection);
        }
    }

    /// <summary>Notes the month of a row; the latest one is the month of the file where none was given with it.</summary>
    public void Names(YearMonth month) => LatestMonth = LatestMonth is { } latest && latest >= month ? latest : month;

    /// <summary>Counts a block's rows and its rejected ones, before its lines are taken.</summary>
    /// <param name="whole">The block is the whole file, which is refused when too many of its rows are rejected.</param>
    /// <returns>False: the file is refused, and its lines are not taken.</returns>
    public bool CountRows(LineBlock block, bool whole)
    {
        Rows += block.Rows;
        Rejected += block.Rejections.Select(r => r.Row).Distinct().Count();
        block.Rejections.ForEach(Show);
        if (!whole || !HasTooManyRejections)
        {
            return true;
        }

        Refuse(Importer.TooManyRejections(this));
        return false;
    }

    public void CountFact(string fact, YearMonth month, int facts = 1)
    {
        Facts[(fact, month)] = Facts.GetValueOrDefault((fact, month)) + facts;
    }

    public void CountDay(DateOnly day) => Days[day] = Days.GetValueOrDefault(day) + 1;

    /// <summary>Notes the months that a block names, and how far the file is read.</summary>
    public void Heed(SubmissionFile file, LineBlock block)
    {
        Months = file.Months;
        PaysOnTime |= block.Payroll.Exists(l => !l.Arrears);
        BytesRead = file.BytesRead;
    }

    // The month given is more than a year after every row: one of the two is wrong. Within a year the rows may be late or arrears. Rows that all call themselves
    // arrears, a supplementary or replacement file and a mended one may be of any earlier month.
    public Rejection? OfAnotherMonth(YearMonth? asked) =>
        asked is { } given && Kind == SubmissionKind.Regular && Parent is null && Months.Count > 0 && Months.Max().PlusMonths(LongestDelay) < given
        && (Content == FileContent.Pension || (Content == FileContent.Payroll && PaysOnTime))
            ? new Rejection(Codes.MonthDiffers, 0, "", Months.Max().Text(), given.Text())
            : null;

    /// <summary>Refuses the whole file: every row is rejected, nothing else remains of it.</summary>
    public void Refuse(Rejection reason)
    {
        Refused = reason.Code;
        Rejected = Rows;
        Accepted = Unchanged = Held = 0;
        PersonPaidFen = EmployerPaidFen = HeldFen = UnchangedFen = MovedFen = 0;
        Facts.Clear();
        Days.Clear();
        Rejections.Insert(0, reason);
        if (Rejections.Count > RejectionsShown)
        {
            Rejections.RemoveAt(RejectionsShown);
        }
    }

    /// <summary>More than a tenth and at least fifty rows rejected: the file as a whole cannot be trusted.</summary>
    public bool HasTooManyRejections => Rejected >= 50 && Rejected * 10L > Rows;

    public FileOutcome Outcome() =>
        new(Name, Content, Kind, Submission, Rows, Accepted, Unchanged, Held, Rejected, 0, Rejections, Refused) { InvisibleCells = InvisibleCells, OldNumbers = OldNumbers };
}
