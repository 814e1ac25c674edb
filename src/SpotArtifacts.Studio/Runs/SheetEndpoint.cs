using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Runs;

/// <summary>Serves the pictures of runs, and no other file.</summary>
internal static class SheetEndpoint
{
    /// <summary>Adds it.</summary>
    internal static void MapSheets(this IEndpointRouteBuilder app) =>
        app.MapGet($"/{SampleSheets.Route}/{{**path}}", (string path, AllowedFolders allowed) =>
        {
            if (!path.EndsWith(".png", StringComparison.OrdinalIgnoreCase) || Path.IsPathRooted(path)
                || allowed.FindFile(path, allowed.RunsFolder) is not { } file || !IsPng(file))
                return Results.NotFound();
            return Results.File(file, "image/png", lastModified: new DateTimeOffset(File.GetLastWriteTimeUtc(file)));
        });

    // Its name alone could stand on anything.
    private static bool IsPng(string file) => ImageDecoder.Recognize(ImageFile.Head(file, 64)) == ImageFormat.Png;
}
