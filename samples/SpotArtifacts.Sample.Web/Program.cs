// Upload an image, get the ten most alike.
//
//     spot search index mine.onnx --images PHOTOS --out photos.index
//     dotnet run --project samples/SpotArtifacts.Sample.Web -- --model mine.onnx --index photos.index
//     curl --data-binary @photo.jpg -H "Content-Type: image/jpeg" http://localhost:5000/alike
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using SpotArtifacts;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Search;

const int most = 10, mostBytes = 8 << 20;
WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = mostBytes);
builder.Services.AddOpenApi();
builder.Services.AddProblemDetails();
if (builder.Configuration["index"] is not { } indexFile || builder.Configuration["model"] is not { } modelFile)
{
    Console.Error.WriteLine("usage: --model MODEL.onnx --index INDEX");
    return 2;
}
builder.Services.AddSingleton(_ => FeatureIndex.Open(indexFile));
builder.Services.AddSpotFeatures().AddOptions<SpotFeaturesOptions>().Configure<FeatureIndex>((options, index) =>
    (options.ModelFile, options.Features) = (modelFile, index.ModelOptions));
builder.Services.AddHealthChecks().AddCheck<Ready>("model and index");
// Images that are decoded at once: more wait in a short line, and the rest are told to come back.
builder.Services.AddRateLimiter(limits =>
{
    limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
    limits.AddConcurrencyLimiter("images", o => (o.PermitLimit, o.QueueLimit) = (2 * Environment.ProcessorCount, 32));
});
if (builder.Configuration["telemetry"] == "console")
    builder.Services.AddOpenTelemetry()
        .WithMetrics(metrics => metrics.AddMeter(SpotTelemetry.Name).AddConsoleExporter())
        // With the requests' own spans: what is asked for in a span that nobody records is not recorded either.
        .WithTracing(traces => traces.AddSource(SpotTelemetry.Name, "Microsoft.AspNetCore").AddConsoleExporter());

WebApplication app = builder.Build();
app.UseExceptionHandler(new ExceptionHandlerOptions
{
    StatusCodeSelector = problem => (problem as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status500InternalServerError,
});
app.UseStatusCodePages();
app.UseRateLimiter();
app.MapOpenApi();
app.MapHealthChecks("/health");
app.MapPost("/alike", async (HttpRequest request, SpotModel model, FeatureIndex index, int? count, CancellationToken stop) =>
{
    if (count is < 1 or > most)
        return Results.Problem($"count is {count}; it is 1 to {most}", statusCode: StatusCodes.Status400BadRequest);
    try
    {
        using MemoryStream bytes = new();
        await request.Body.CopyToAsync(bytes, stop);
        float[] vector = await model.EmbedAsync(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), stop);
        IReadOnlyList<SearchHit> hits = index.Search(model, [vector], count ?? most, stop)[0];
        return Results.Ok(hits.Select(hit => new Alike(hit.Name, hit.Similarity)));
    }
    catch (SpotException damaged)
    {
        return Results.Problem(damaged.Message, statusCode: StatusCodes.Status422UnprocessableEntity);
    }
}).WithName("alike").WithSummary("The images that are most like the one in the body.").RequireRateLimiting("images")
    .Accepts<IFormFile>("image/*").Produces<Alike[]>()
    .ProducesProblem(400).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422);
try
{
    app.Services.GetRequiredService<FeatureIndex>().RequireSame(app.Services.GetRequiredService<SpotModel>());
}
catch (SpotException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}
app.Run();
return 0;

/// <summary>An image of the index, and how like it is: 1 is the same.</summary>
internal sealed record Alike(string Name, float Likeness);

/// <summary>Whether an image can be computed.</summary>
internal sealed class Ready(SpotModel model, FeatureIndex index) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await model.EmbedAsync(new SpotArtifacts.Images.RgbImage(32, 32), cancellationToken);
        return HealthCheckResult.Healthy($"{index.Count} images");
    }
}
