using Batch.Testing;
using NUnit.Framework;

/// <summary>Stops the run's server after the last test of an assembly. Outside of any namespace, so that it covers them all.</summary>
[SetUpFixture]
#pragma warning disable CA1050 // NUnit gives a fixture without a namespace the whole assembly.
public sealed class ServerOfTheRun
#pragma warning restore CA1050
{
    [OneTimeTearDown]
    public Task StopAsync() => TestServer.StopAsync();
}
