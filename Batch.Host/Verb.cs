using System.CommandLine;
using Batch.Host.Access;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Host;

/// <summary>
/// One verb of the command line. To add one: a file in Verbs/ with a static <c>Create</c>, and one line in <see cref="Verbs.AllVerbs"/>. A verb that changes
/// something, or hands out what is an account's or a person's, says who may: <see cref="Acts(string[])"/>, <see cref="Shows(string)"/>.
/// </summary>
internal sealed class Verb : Command
{
    private readonly Func<VerbCall, Task<int>> run;
    private Func<VerbCall, IReadOnlyList<string>> anyOf = _ => [];

    /// <param name="run">Does the work and returns the exit code; a fault is thrown, and told by <see cref="FaultText"/>.</param>
    public Verb(string name, string chinese, string english, Func<VerbCall, Task<int>> run)
        : base(name, $"{chinese} / {english}")
    {
        this.run = run;
        // The parser wants an action on everything that can be called; ours runs outside of it, where signals and faults are handled.
        SetAction(_ => ExitCode.Done);
    }

    /// <summary>Each call goes into the audit log before anything is done. Otherwise the verb writes a record of its own, or needs none.</summary>
    public bool IsRecorded { get; private set; }

    /// <summary>While no user has chosen a password yet, nobody can sign in and users and keys are set up without it.</summary>
    public bool SetsUp { get; private set; }

    /// <summary>It changes something: for users with one of these permissions, recorded.</summary>
    public Verb Acts(params string[] permissions) => Acts(_ => permissions);

    /// <param name="permissions">By what is asked of it; none: this call changes nothing.</param>
    public Verb Acts(Func<VerbCall, IReadOnlyList<string>> permissions)
    {
        (anyOf, IsRecorded) = (permissions, true);
        return this;
    }

    /// <summary>It hands something out, for users with this permission, and writes a record of its own before that.</summary>
    public Verb Shows(string permission) => Shows(_ => permission);

    public Verb Shows(Func<VerbCall, string> permission)
    {
        anyOf = call => [permission(call)];
        return this;
    }

    public Verb AlsoToSetUp()
    {
        SetsUp = true;
        return this;
    }

    /// <summary>Permissions of which the call needs one; none: everybody may.</summary>
    public IReadOnlyList<string> PermissionsFor(VerbCall call) => anyOf(call);

    public Task<int> RunAsync(VerbCall call) => run(call);
}

/// <summary>What a verb is called with.</summary>
internal sealed record VerbCall(ParseResult Arguments, VerbOutput Output, DatabaseOptions Database, CancellationToken Cancellation)
{
    private Actor? actor;

    public IClock Clock { get; init; } = SystemClock.Instance;

    /// <summary>Today where the offices are.</summary>
    public LocalDate Today => Clock.Today();

    /// <summary>Who acts, from when the database is open; proved where it has users.</summary>
    public Actor Actor => actor ?? throw new InvalidOperationException("Who acts is known when the database is open, for a verb that says who may.");

    /// <summary>The name of who acts.</summary>
    public string By => Actor.Name;

    private Verb? Verb => Arguments.CommandResult.Command as Verb;

    public T? Get<T>(Option<T> option) => Arguments.GetValue(option);

    public T? Get<T>(Argument<T> argument) => Arguments.GetValue(argument);

    public T Need<T>(Option<T> option) => Arguments.GetRequiredValue(option);

    public T Need<T>(Argument<T> argument) => Arguments.GetRequiredValue(argument);

    /// <summary>
    /// Opens the database that the command line names, or the embedded one of its data folder, and finds out who acts; an act is recorded before it is done.
    /// </summary>
    /// <param name="asHost">It stays, beside other hosts.</param>
    public async Task<DatabaseConnection> OpenDatabaseAsync(bool asHost = false)
    {
        DatabaseConnection database = await DatabaseConnection.OpenAsync(Database with { IsHost = asHost }, Cancellation);
        try
        {
            TellOfLocks(database);
            await ProveAsync(database);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>The area, made where there is none yet and who acts may put areas to use.</summary>
    public Task<Area> OpenOrCreateAreaAsync(DatabaseConnection database, string code) => Actor.May(Permissions.OpenAreas)
        ? Area.OpenOrCreateAsync(database, code, Cancellation)
        : Area.OpenAsync(database, code, Cancellation);

    /// <summary>Whether who acts still may: for a verb that goes on for hours.</summary>
    public Task RequireStillAsync(DatabaseConnection database) => new Actors(database, Clock).RequireStillAsync(Actor, Verb!.PermissionsFor(this), Cancellation);

    /// <summary>An act of a verb that is not recorded as such before it is done, or what the record of the verb does not say.</summary>
    public Task RecordAsync(DatabaseConnection database, string act, string? area, string subject, string? reason = null) =>
        new AuditLog(database.Program).WriteAsync(new Act(By, act, area, subject, string.IsNullOrEmpty(reason) ? null : reason, Actor.Origin), Cancellation);

    /// <summary>An act on the database itself, which asks for no user: it is on record as done by the user of the operating system.</summary>
    public Task RecordOfSystemAsync(DatabaseConnection database, string act, string? area, string? subject = null) =>
        new AuditLog(database.Program).WriteAsync(new Act(Environment.UserName, act, area, subject, Origin: new Actor(Environment.UserName, ActorProof.OsUser).Origin), Cancellation);

    private async Task ProveAsync(DatabaseConnection database)
    {
        if (Verb is not { } verb || verb.PermissionsFor(this) is not { Count: > 0 } anyOf)
        {
            return;
        }

        string? by = VerbActs.NamedActor(Arguments);
        UserRegister users = new(database.Program);
        actor = verb.SetsUp && !await users.AnyInUseAsync(Cancellation)
            ? by is null ? new Actor(Environment.UserName, ActorProof.OsUser) : new Actor(by, ActorProof.Named)
            // Who only asks, and names nobody, is on record as the user of the operating system.
            : !verb.IsRecorded && by is null && !Actors.IsSignedIn ? new Actor(Environment.UserName, ActorProof.OsUser)
            : await new Actors(database, Clock).ProveAsync(by, anyOf, VerbActs.NameOf(verb), Cancellation);
        if (verb.IsRecorded)
        {
            await new AuditLog(database.Program).WriteAsync(VerbActs.Of(Arguments, actor), Cancellation);
        }
    }

    private void TellOfLocks(DatabaseConnection database)
    {
        int told = 0;
        database.WatchLocks(wait =>
        {
            // Every tenth second is enough.
            if (told++ % 5 == 0)
            {
                Output.Log($"等待中（{wait.Seconds} 秒）：{wait.Chinese} / waiting ({wait.Seconds} s) {wait.English}");
            }
        });
    }
}
