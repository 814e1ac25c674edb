using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Tests.Server;

public sealed class StudioOptionsTests
{
    private static readonly StudioOptions s_plain = new() { RunsFolder = "runs", Program = ["spot"] };

    [Theory]
    [InlineData("localhost", false)]
    [InlineData("LOCALHOST", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.8.9.1", false)]
    [InlineData("::1", false)]
    [InlineData("[::1]", false)]
    [InlineData("0.0.0.0", true)]
    [InlineData("::", true)]
    [InlineData("192.168.1.2", true)]
    [InlineData("localhost.evil.example", true)]
    public void Checked_BeyondLoopback_HasAToken(string host, bool needed)
    {
        StudioOptions options = (s_plain with { Host = host }).Checked();

        Assert.Equal(needed, options.Token is { Length: >= 32 });
        Assert.Equal(needed, (s_plain with { Host = host }).Checked().Token is { } other && other != options.Token);
    }

    [Fact]
    public void Checked_WhatMakesNoSense_IsRefused()
    {
        StudioException port = Assert.Throws<StudioException>(() => (s_plain with { Port = 70_000 }).Checked());
        StudioException token = Assert.Throws<StudioException>(() => (s_plain with { Token = "short" }).Checked());

        Assert.Contains("--port 70000", port.Message, StringComparison.Ordinal);
        Assert.Contains("16 characters", token.Message, StringComparison.Ordinal);
    }
}
