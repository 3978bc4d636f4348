using Batch.Host;

Batch.Jobs.Server.PrivateFiles.Keep();
return await CommandLine.RunAsync(args);
