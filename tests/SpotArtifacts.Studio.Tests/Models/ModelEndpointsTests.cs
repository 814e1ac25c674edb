using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using SpotArtifacts.Images;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Tests.Models;

public sealed class ModelEndpointsTests : IAsyncLifetime
{
    private readonly ModelFolder _folder = new();
    private WebApplication? _app;
    private HttpClient? _client;

    private HttpClient Client => _client!;

    public async ValueTask InitializeAsync()
    {
        _app = await StudioServer.Start(new StudioOptions
        {
            RunsFolder = _folder.Runs,
            ImageFolders = [_folder.Photos],
            Port = 0,
            Program = [],
            RequestsPerSecond = 1,
        }, ModelFolder.Stop);
        _client = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Search_AnUpload_IsAnsweredWithTheTenMostAlike_AndTheirPictures()
    {
        await _folder.TakeSpaceAsync();

        HttpResponseMessage answer = await SendAsync("tiny.onnx", PngFile.Encode(BlockImages.Draw(4)));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        JsonElement[] found = (await answer.Content.ReadFromJsonAsync<JsonElement[]>(ModelFolder.Stop))!;
        Assert.Equal(10, found.Length);
        Assert.EndsWith("0004.png", found[0].GetProperty("name").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, found[0].GetProperty("similarity").GetSingle(), 1e-3);
        byte[] picture = await Client.GetByteArrayAsync(found[0].GetProperty("image").GetString(), ModelFolder.Stop);
        Assert.Equal(BlockImages.Draw(4).Pixels, ImageDecoder.Decode(picture, "picture").Pixels);
    }

    [Fact]
    public async Task Search_WhatCannotBeSearchedFor_IsRefusedWithTheReason()
    {
        byte[] image = PngFile.Encode(BlockImages.Draw(4));

        await Refused(await SendAsync("tiny.onnx", image), HttpStatusCode.Conflict, "no index");
        await _folder.TakeSpaceAsync();
        await Refused(await SendAsync("none", image), HttpStatusCode.NotFound, "no trained model 'none'");
        await Refused(await SendAsync("..%2Fphotos", image), HttpStatusCode.NotFound, "no trained model");
        await Refused(await SendAsync("tiny.onnx", image, "text/plain"), HttpStatusCode.UnsupportedMediaType, "Content-Type");
        await Refused(await SendAsync("tiny.onnx", [1, 2, 3]), HttpStatusCode.UnprocessableEntity, "the image");
        await Refused(await SendAsync("tiny.onnx", image[..^20]), HttpStatusCode.UnprocessableEntity, "the image");
        byte[] large = new byte[UploadLimits.MostBytes + 1];
        await Refused(await SendAsync("tiny.onnx", large), HttpStatusCode.RequestEntityTooLarge, "16 MiB");
    }

    [Fact]
    public async Task Search_TooOften_IsToldToWait()
    {
        HttpStatusCode[] answers = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(async _ => (await SendAsync("none", [1])).StatusCode));

        Assert.InRange(answers.Count(status => status == HttpStatusCode.TooManyRequests), 25, 30);
    }

    [Fact]
    public async Task Picture_OfAnotherNumber_IsNotThere()
    {
        await _folder.TakeSpaceAsync();

        async Task<HttpStatusCode> Get(string path) => (await Client.GetAsync(path, ModelFolder.Stop)).StatusCode;

        Assert.Equal(HttpStatusCode.OK, await Get("api/models/tiny.onnx/images/11?side=64"));
        Assert.Equal(HttpStatusCode.NotFound, await Get("api/models/tiny.onnx/images/12?side=64"));
        Assert.Equal(HttpStatusCode.NotFound, await Get("api/models/tiny.onnx/images/-1"));
        Assert.Equal(HttpStatusCode.NotFound, await Get("api/models/tiny.onnx/map.png"));
    }

    private static async Task Refused(HttpResponseMessage answer, HttpStatusCode status, string why)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(why, await answer.Content.ReadAsStringAsync(ModelFolder.Stop), StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> SendAsync(string model, byte[] content, string type = "image/png")
    {
        ByteArrayContent body = new(content) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
        return Client.PostAsync($"api/models/{model}/search", body, ModelFolder.Stop);
    }
}
