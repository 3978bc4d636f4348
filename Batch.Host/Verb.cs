using System.CommandLine;
using Batch.Jobs.Areas;
using Batch.Jobs.Server;
using NodaTime;

namespace Batch.Host;

/// <summary>
/// One verb of the command line. To add one: a file in Verbs/ with a static <c>Create</c>, and one line in <see cref="Verbs.AllVerbs"/>.
/// </summary>
internal sealed class Verb : Command
{
    private readonly Func<VerbCall, Task<int>> run;

    /// <param name="run">Does the work and returns the exit code; a fault is thrown, and told by <see cref="FaultText"/>.</param>
    public Verb(string name, string chinese, string english, Func<VerbCall, Task<int>> run)
        : base(name, $"{chinese} / {english}")
    {
        this.run = run;
        // The parser wants an action on everything that can be called; ours runs outside of it, where signals and faults are handled.
        SetAction(_ => ExitCode.Done);
    }

    public Task<int> RunAsync(VerbCall call) => run(call);
}

/// <summary>What a verb is called with.</summary>
internal sealed record VerbCall(ParseResult Arguments, VerbOutput Output, DatabaseOptions Database, CancellationToken Cancellation)
{
    public IClock Clock { get; init; } = SystemClock.Instance;

    /// <summary>Today where the offices are.</summary>
    public LocalDate Today => Clock.Today();

    public T? Get<T>(Option<T> option) => Arguments.GetValue(option);

    public T? Get<T>(Argument<T> argument) => Arguments.GetValue(argument);

    public T Need<T>(Option<T> option) => Arguments.GetRequiredValue(option);

    public T Need<T>(Argument<T> argument) => Arguments.GetRequiredValue(argument);

    /// <summary>Opens the database that the command line names, or the embedded one of its data folder.</summary>
    /// <param name="asHost">It stays, beside other hosts.</param>
    public async Task<DatabaseConnection> OpenDatabaseAsync(bool asHost = false)
    {
        DatabaseConnection database = await DatabaseConnection.OpenAsync(Database with { IsHost = asHost }, Cancellation);
        int told = 0;
        database.WatchLocks(wait =>
        {
            // Every tenth second is enough.
            if (told++ % 5 == 0)
            {
                Output.Log($"等待中（{wait.Seconds} 秒）：{wait.Chinese} / waiting ({wait.Seconds} s) {wait.English}");
            }
        });
        return database;
    }
}
