namespace Batch.Host.Access;

/// <summary>How it is known who acts on the command line.</summary>
internal enum ActorProof
{
    /// <summary>By <c>--by</c> alone: the database has no users.</summary>
    Named,

    /// <summary>Nobody is named: the user of the operating system acts where the database has no users, and asks where it has.</summary>
    OsUser,

    /// <summary>By the token of <c>batch login</c>.</summary>
    Token,

    /// <summary>By <c>BATCH_USER</c> and the password on the standard input.</summary>
    Password,

    /// <summary>By a login that owns the database: sets up users, or gives an administrator a new password.</summary>
    Owner,
}

/// <summary>Who acts on the command line.</summary>
/// <param name="Roles">Null: the database has no users, and everybody may do everything.</param>
internal sealed record Actor(string Name, ActorProof Proof, IReadOnlyList<string>? Roles = null)
{
    public const string CommandLine = "command line";

    /// <summary>Where the act comes from and how the actor was proved, as the records say it.</summary>
    public string Origin => Proof switch
    {
        ActorProof.OsUser => CommandLine + ", OS user",
        ActorProof.Token => CommandLine + ", token",
        ActorProof.Password => CommandLine + ", password",
        ActorProof.Owner => CommandLine + ", database owner",
        _ => CommandLine,
    };

    public bool May(string permission) => Roles is null || Permissions.Table[permission].Any(Roles.Contains);
}
