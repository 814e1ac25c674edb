using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SpotArtifacts.Images;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Models;

/// <summary>An image that search has found, as programs are told of it.</summary>
/// <param name="Name">Its name in the index.</param>
/// <param name="Similarity">Cosine, -1 to 1.</param>
/// <param name="Image">Address of its picture.</param>
internal sealed record FoundAnswer(string Name, float Similarity, string Image);

/// <summary>What pages and programs fetch of models: search, pictures of an index, the sheet of a map.</summary>
internal static class ModelEndpoints
{
    /// <summary>Images that search finds.</summary>
    internal const int Most = 10;

    /// <summary>Sides that a picture is asked for in.</summary>
    private const int Smallest = 16, Largest = 1024;

    /// <summary>Adds them. The name of a model is one part of the path, its slashes written %2F.</summary>
    internal static void MapModels(this IEndpointRouteBuilder routes)
    {
        // A picture in the body is no form: a page of another origin cannot send it unasked, so there is no token to check.
        routes.MapPost("/api/models/{name}/search", SearchAsync)
            .RequireRateLimiting(UploadLimits.RatePolicy).DisableAntiforgery();
        routes.MapGet("/api/models/{name}/images/{image:int}", PictureAsync);
        routes.MapGet("/api/models/{name}/map.png", SheetAsync);
    }

    /// <summary>Address of a picture of a model's index.</summary>
    internal static string PictureOf(ModelEntry entry, int image, int side) => string.Create(
        CultureInfo.InvariantCulture, $"api/models/{Uri.EscapeDataString(entry.Name)}/images/{image}?side={side}");

    /// <summary>Address of the sheet of a map.</summary>
    internal static string SheetOf(ModelEntry entry, SearchSpace space) =>
        $"api/models/{Uri.EscapeDataString(entry.Name)}/map.png?of={space.Identity}";

    private static Task<IResult> SearchAsync(string name, HttpRequest request, OpenModels models, CancellationToken stop) =>
        WithSpace(name, models, async (entry, space) =>
        {
            if (request.ContentType?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) is not true)
                return Results.Problem("send the bytes of a picture, with its type as Content-Type: image/...",
                    statusCode: StatusCodes.Status415UnsupportedMediaType);
            (_, RgbImage image) = await UploadLimits.Read(
                request.Body, "the image", stop, space.Model.View.Target).ConfigureAwait(false);
            IReadOnlyList<FoundImage> found = await space.LikeAsync(image, Most, stop).ConfigureAwait(false);
            return Results.Ok(
                found.Select(one => new FoundAnswer(one.Name, one.Similarity, "/" + PictureOf(entry, one.Image, 256))));
        });

    private static Task<IResult> PictureAsync(
        string name, int image, int? side, HttpResponse response, OpenModels models) =>
        WithSpace(name, models, (_, space) => Task.Run(() =>
        {
            if (image >= space.Images.Count || image < 0)
                return Results.NotFound();
            int pixels = Math.Clamp(side ?? 256, Smallest, Largest);
            RgbImage whole = space.Images.Load(image, new DecodeTarget(pixels, 1, 1));
            // A small image is enlarged by the browser, if at all: what is sent is what there is.
            RgbImage picture = DataSheet.Thumbnail(whole, Math.Min(pixels, Math.Max(whole.Width, whole.Height)));
            response.Headers.CacheControl = "private, max-age=300";
            return Results.Bytes(PngFile.Encode(picture), "image/png");
        }));

    private static Task<IResult> SheetAsync(string name, OpenModels models, ModelWork work) =>
        WithSpace(name, models, (_, space) =>
        {
            string sheet = work.SheetFile(space);
            return Task.FromResult(File.Exists(sheet) ? Results.File(sheet, "image/png") : Results.NotFound());
        });

    private static async Task<IResult> WithSpace(
        string name, OpenModels models, Func<ModelEntry, SearchSpace, Task<IResult>> answer)
    {
        try
        {
            // Routing leaves %2F as it is, so that a name with slashes stays one part of the path.
            using ModelLease lease = models.Take(name.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase));
            SearchSpace? space = await lease.Model.SpaceAsync().ConfigureAwait(false);
            return space is null
                ? Results.Problem("there is no index of images for this model yet", statusCode: StatusCodes.Status409Conflict)
                : await answer(lease.Model.Entry, space).ConfigureAwait(false);
        }
        catch (ImageFormatException damaged)
        {
            return Results.Problem(damaged.Message, statusCode: StatusCodes.Status422UnprocessableEntity);
        }
        catch (StudioException large)
        {
            return Results.Problem(large.Message, statusCode: StatusCodes.Status413PayloadTooLarge);
        }
        catch (SpotException missing)
        {
            return Results.Problem(missing.Message, statusCode: StatusCodes.Status404NotFound);
        }
    }
}
