using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.FileProviders;

namespace SpotArtifacts.Studio.Server;

/// <summary>Scripts, styles and fonts of the pages: all of them are inside this assembly, none comes from elsewhere.</summary>
internal static class StudioAssets
{
    /// <summary>The files, by the paths that pages use.</summary>
    internal static IFileProvider Files { get; } =
        new EmbeddedFileProvider(typeof(StudioAssets).Assembly, "SpotArtifacts.Studio.Assets");

    /// <summary>Serves them. A browser keeps them and asks whether they are still the same.</summary>
    internal static void UseStudioAssets(this IApplicationBuilder app) => app.UseStaticFiles(new StaticFileOptions
    {
        FileProvider = Files,
        OnPrepareResponse = context => context.Context.Response.Headers.CacheControl = "no-cache",
    });
}
