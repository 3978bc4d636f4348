using Batch.Host.Access;
using Batch.Host.Web;
using Microsoft.AspNetCore.Authorization;

namespace Batch.Host.Pages;

[Authorize(Permissions.Anyone)]
internal sealed class IndexModel : BatchPage;
