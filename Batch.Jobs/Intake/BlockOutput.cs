using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;

namespace Batch.Jobs.Intake;

/// <summary>What a block of lines has come to, on its way into the tables: filled by one block while that of the block before is written.</summary>
internal sealed class BlockOutput<TFact>(AreaSession area, PersonRegistry persons, FactWriter<TFact> facts)
    where TFact : struct, IDeclaredFact<TFact>
{
    private readonly RejectionWriter _rejections = new(area);
    private readonly List<(int Submission, int Row, long? Fen)> _rejectedPaid = [];
    private readonly List<ChildRow> _children = [];
    private readonly List<(int Person, PersonsLine Line, int Submission)> _events = [];
    private List<NewPerson> _registered = [];

    public void Add(in TFact fact, int submission) => facts.Add(fact, submission);

    public void AddRejections(int submission, IEnumerable<Rejection> rejections) => _rejections.Add(submission, rejections);

    public void AddRejectedPaid(int submission, IEnumerable<(int Row, long? Fen)> paid) => _rejectedPaid.AddRange(paid.Select(r => (submission, r.Row, r.Fen)));

    public void AddChildren(IEnumerable<ChildRow> rows) => _children.AddRange(rows);

    public void AddEvent(int person, PersonsLine line, int submission) => _events.Add((person, line, submission));

    /// <summary>The block is judged: whom it registers is known.</summary>
    public void Complete() => _registered = persons.TakeRegistered();

    public async Task WriteAsync(CancellationToken cancellation)
    {
        await NewPerson.WriteAsync(area, _registered, cancellation);
        await facts.FlushAsync(cancellation);
        await EventWriter.WriteAsync(area, _events, cancellation);
        await _rejections.FlushAsync(cancellation);
        await ChildRows.WriteRejectedAsync(area, _rejectedPaid, cancellation);
        await ChildRows.WriteAsync(area, _children, cancellation);
        _registered = [];
        _events.Clear();
    }
}
