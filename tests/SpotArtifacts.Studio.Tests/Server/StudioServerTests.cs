using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Tests.Server;

/// <summary>A real server at a port that is free.</summary>
public sealed class RunningStudio : IAsyncLifetime
{
    private WebApplication? _app;

    internal SampleRuns Runs { get; } = new();

    internal WebApplication App => _app!;

    public async ValueTask InitializeAsync()
    {
        string run = Runs.Make("a");
        Runs.Make("inner/a b");
        File.Copy(Path.Combine(run, "samples", "autoencoder-0000100.png"), Runs.At("secret.png"));
        File.WriteAllText(Path.Combine(run, "samples", "fake.png"), "no picture");
        if (!OperatingSystem.IsWindows())
            File.CreateSymbolicLink(Path.Combine(run, "samples", "out.png"), Runs.At("secret.png"));
        _app = await StudioServer.Start(Runs.Options, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        Runs.Dispose();
    }
}

public sealed class StudioServerTests(RunningStudio studio) : IClassFixture<RunningStudio>
{
    private const string Token = "0123456789abcdef";

    // All of a PNG's first bytes, as Latin-1: "PNG" alone is found now and then in the random token of an HTML page.
    private const string PictureBegins = "\u0089PNG\r\n\u001a\n";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/")]
    [InlineData("/new")]
    [InlineData("/models")]
    [InlineData("/artifacts")]
    [InlineData("/runs/none")]
    [InlineData("/_framework/blazor.web.js")]
    [InlineData("/_content/Radzen.Blazor/Radzen.Blazor.min.js")]
    [InlineData("/_content/Radzen.Blazor/css/standard-base.css")]
    [InlineData("/_content/Radzen.Blazor/css/standard-dark-base.css")]
    [InlineData("/_content/Radzen.Blazor/fonts/MaterialSymbolsOutlined.woff2")]
    [InlineData("/studio/studio.css")]
    public async Task Get_PagesAndAssets_AreServedWithHeaders(string path)
    {
        using HttpClient client = Client(studio.App);

        using HttpResponseMessage answer = await client.GetAsync(path, Stop);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        string policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Server"));
        string? type = answer.Content.Headers.ContentType?.MediaType;
        string body = await answer.Content.ReadAsStringAsync(Stop);
        if (type == "text/html")
            Assert.DoesNotMatch("(src|href)=\"?(https?:)?//", body); // nothing from elsewhere
    }

    [Theory]
    [InlineData("/sheets/../secret.png")]
    [InlineData("/sheets/..%2fsecret.png")]
    [InlineData("/sheets/%2e%2e/secret.png")]
    [InlineData("/sheets/%2e%2e%2fsecret.png")]
    [InlineData("/sheets/..%5csecret.png")]
    [InlineData("/sheets/%252e%252e%252fsecret.png")]
    [InlineData("/sheets/%2fetc%2fpasswd")]
    [InlineData("/sheets//etc/passwd")]
    [InlineData("/sheets/a/recipe.resolved.yaml")]
    [InlineData("/sheets/a/samples/fake.png")]
    [InlineData("/sheets/a/samples/out.png")]
    [InlineData("/sheets/a/samples/autoencoder-0000100.png%00.txt")]
    [InlineData("/sheets/")]
    public async Task Sheets_WhatIsNoPictureOfARun_IsNotFound(string path)
    {
        string answer = await Raw(studio.App, path);

        Assert.Matches("^HTTP/1.1 4", answer);
        Assert.DoesNotContain(PictureBegins, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sheets_PictureOfARun_IsServed()
    {
        using HttpClient client = Client(studio.App);

        using HttpResponseMessage answer =
            await client.GetAsync(new Uri("sheets/inner/a%20b/samples/spotting-0000200.png", UriKind.Relative), Stop);

        Assert.Equal("image/png", answer.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith(PictureBegins, System.Text.Encoding.Latin1.GetString(await answer.Content.ReadAsByteArrayAsync(Stop)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.BadRequest)]
    [InlineData("localhost.evil.example", HttpStatusCode.BadRequest)]
    public async Task Get_OnLoopback_NamesOfOtherHostsAreRefused(string host, HttpStatusCode expected)
    {
        using HttpClient client = Client(studio.App);
        using HttpRequestMessage request = new(HttpMethod.Get, "/");
        request.Headers.Host = $"{host}:{new Uri(studio.App.Urls.First()).Port}";

        using HttpResponseMessage answer = await client.SendAsync(request, Stop);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData("/", "https://evil.example")]
    [InlineData("/_blazor?id=x", "http://localhost:1")]
    [InlineData("/_blazor/negotiate?negotiateVersion=1", "null")]
    public async Task Request_FromAPageOfAnotherOrigin_IsRefused(string path, string origin)
    {
        using HttpClient client = Client(studio.App);
        using HttpRequestMessage request = new(HttpMethod.Post, path);
        request.Headers.Add("Origin", origin);

        using HttpResponseMessage answer = await client.SendAsync(request, Stop);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Get_WithToken_LetsInOnlyWhoKnowsIt()
    {
        await using WebApplication app = await StudioServer.Start(studio.Runs.Options with { Token = Token }, Stop);
        using HttpClient client = Client(app);

        foreach (string path in (string[])["/", "/studio/studio.css", "/_framework/blazor.web.js", "/?token=wrong",
            $"/?token={Token}x", $"/?token={Token[..^1]}", "/_blazor"])
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(path, Stop)).StatusCode);
        using HttpResponseMessage first = await client.GetAsync($"/new?token={Token}&x=1", Stop);
        string cookie = first.Headers.GetValues("Set-Cookie").Single();
        using HttpRequestMessage later = new(HttpMethod.Get, "/new");
        later.Headers.Add("Cookie", cookie.Split(';')[0]);
        using HttpRequestMessage bearer = new(HttpMethod.Get, "/new");
        bearer.Headers.Add("Authorization", "Bearer " + Token);

        Assert.Equal((HttpStatusCode.Redirect, "/new?x=1"), (first.StatusCode, first.Headers.Location?.ToString()));
        Assert.Matches("(?i)httponly", cookie);
        Assert.Matches("(?i)samesite=strict", cookie);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(later, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(bearer, Stop)).StatusCode);
    }

    [Fact]
    public async Task Start_PortThatIsTaken_SaysSo()
    {
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;

        StudioException refused =
            await Assert.ThrowsAsync<StudioException>(() => StudioServer.Start(studio.Runs.Options with { Port = port }, Stop));

        Assert.Contains($"port {port} is taken", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--port", refused.Message, StringComparison.Ordinal);
    }

    private static HttpClient Client(WebApplication app) => new(new HttpClientHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
    })
    { BaseAddress = new Uri(app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal)) };

    // HttpClient would tidy the path.
    private static async Task<string> Raw(WebApplication app, string path)
    {
        using TcpClient client = new();
        int port = new Uri(app.Urls.First()).Port;
        await client.ConnectAsync(IPAddress.Loopback, port, Stop);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"), Stop);
        using StreamReader reader = new(stream, System.Text.Encoding.Latin1);
        return await reader.ReadToEndAsync(Stop);
    }
}
