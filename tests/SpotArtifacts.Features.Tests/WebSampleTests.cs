using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using SpotArtifacts.Features.Search;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests;

/// <summary>The web service of the samples, on a free port of this machine.</summary>
public sealed class WebSampleTests : IDisposable
{
    private readonly FeatureFolder _folder = new();
    // Asks before it sends: a service that refuses a body closes the connection, which a client still writing sees as a failure.
    private readonly HttpClient _client = new(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) })
    {
        DefaultRequestHeaders = { ExpectContinue = true },
    };
    private readonly ConcurrentQueue<string> _said = [];
    private Process? _service;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Alike_Uploads_AreAnsweredOrRefusedWithAReason()
    {
        string[] files = _folder.WriteImages("images", 12);
        await StartAsync();

        JsonElement[] all = await Alike(await File.ReadAllBytesAsync(files[4], Stop), "alike");
        JsonElement[] two = await Alike(await File.ReadAllBytesAsync(files[7], Stop), "alike?count=2");

        Assert.Equal(10, all.Length);
        Assert.Equal(files[4], all[0].GetProperty("name").GetString());
        Assert.Equal(1, all[0].GetProperty("likeness").GetSingle(), 1e-3);
        Assert.Equal((2, files[7]), (two.Length, two[0].GetProperty("name").GetString()));
        byte[] image = await File.ReadAllBytesAsync(files[0], Stop);
        await Refused(image, "alike?count=11", "image/png", HttpStatusCode.BadRequest, "count is 11; it is 1 to 10");
        await Refused(image, "alike", "text/plain", HttpStatusCode.UnsupportedMediaType, "Unsupported Media Type");
        await Refused([1, 2, 3], "alike", "image/png", HttpStatusCode.UnprocessableEntity, "the image");
        await Refused(new byte[(8 << 20) + 1], "alike", "image/png", HttpStatusCode.RequestEntityTooLarge, "\"status\":413");
    }

    [Fact]
    public async Task Telemetry_OfARequest_GoesToTheConsoleByOpenTelemetry()
    {
        string[] files = _folder.WriteImages("images", 3);
        await StartAsync("--telemetry", "console");

        await Alike(await File.ReadAllBytesAsync(files[0], Stop), "alike");

        await Said("Activity.DisplayName:        spotartifacts.embed");
        await Said("spotartifacts.images: 1");
        await Said("Metric Name: spotartifacts.images.embedded");
    }

    [Fact]
    public async Task Service_Health_AndDescription_AreServed()
    {
        _folder.WriteImages("images", 3);
        await StartAsync();

        Assert.Equal("Healthy", await _client.GetStringAsync("health", Stop));
        JsonElement description = await _client.GetFromJsonAsync<JsonElement>("openapi/v1.json", Stop);

        JsonElement operation = description.GetProperty("paths").GetProperty("/alike").GetProperty("post");
        Assert.Equal("alike", operation.GetProperty("operationId").GetString());
        Assert.True(operation.GetProperty("requestBody").GetProperty("content").TryGetProperty("image/*", out _));
        Assert.Equal(
            ["200", "400", "413", "415", "422"], operation.GetProperty("responses").EnumerateObject().Select(p => p.Name));
    }

    public void Dispose()
    {
        _service?.Kill(entireProcessTree: true);
        _service?.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    private async Task Said(string text)
    {
        for (int tenths = 0; tenths < 300 && !_said.Any(line => line.Contains(text, StringComparison.Ordinal)); tenths++)
            await Task.Delay(100, Stop);
        Assert.Contains(_said, line => line.Contains(text, StringComparison.Ordinal));
    }

    private async Task StartAsync(params string[] arguments)
    {
        string index = _folder.At("images.index");
        using (SpotModel model = FeatureFolder.Load())
        using (ImageSet set = _folder.Open())
            FeatureIndexBuilder.Build(
                model, set, new FeatureIndexOptions { Path = index, Sources = [_folder.At("images")] }, cancellation: Stop);
        _service = SampleProgram.Start(
            [SampleProgram.Of("SpotArtifacts.Sample.Web"), "--model", TestFiles.Spotting, "--index", index, "--urls",
                "http://127.0.0.1:0", .. arguments]);
        const string listening = "Now listening on: ";
        string seen = "";
        while (await _service.StandardOutput.ReadLineAsync(Stop) is { } line)
        {
            seen += line + "\n";
            if (!line.Contains(listening, StringComparison.Ordinal))
                continue;
            _client.BaseAddress = new Uri(line[(line.IndexOf(listening, StringComparison.Ordinal) + listening.Length)..]);
            // The pipes are emptied, so that the service never waits for them.
            _ = Listen(_service.StandardOutput);
            _ = _service.StandardError.ReadToEndAsync(CancellationToken.None);
            return;
        }
        Assert.Fail($"the service did not start: {seen}{await _service.StandardError.ReadToEndAsync(Stop)}");
    }

    private async Task Listen(StreamReader output)
    {
        while (await output.ReadLineAsync(CancellationToken.None) is { } line)
            _said.Enqueue(line);
    }

    private async Task<JsonElement[]> Alike(byte[] body, string address)
    {
        using HttpResponseMessage answer = await Post(body, address, "image/png");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement[]>(Stop))!;
    }

    private async Task Refused(byte[] body, string address, string type, HttpStatusCode status, string reason)
    {
        using HttpResponseMessage answer = await Post(body, address, type);
        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(reason, await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> Post(byte[] body, string address, string type)
    {
        using ByteArrayContent content = new(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return await _client.PostAsync(address, content, Stop);
    }
}
