using Batch.Host;

Batch.Jobs.Store.PrivateFiles.Keep();
return await CommandLine.RunAsync(args);
