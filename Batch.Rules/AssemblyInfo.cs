using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Batch.Rules.Tests")]
