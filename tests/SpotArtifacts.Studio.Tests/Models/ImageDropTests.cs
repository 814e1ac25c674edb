using Bunit;
using Microsoft.AspNetCore.Components.Forms;
using SpotArtifacts.Images;
using SpotArtifacts.Studio.Models;

namespace SpotArtifacts.Studio.Tests.Models;

public sealed class ImageDropTests : BunitContext
{
    public ImageDropTests() => JSInterop.Mode = JSRuntimeMode.Loose;

    [Fact]
    public void AnImage_IsDecodedAndHandedOn()
    {
        RgbImage? got = null;
        IRenderedComponent<ImageDrop> drop = Render<ImageDrop>(with => with.Add(one => one.OnImage, image => got = image));

        drop.FindComponent<InputFile>().UploadFiles(
            InputFileContent.CreateFromBinary(PngFile.Encode(BlockImages.Draw(3)), "a.png", contentType: "image/png"));

        drop.WaitForAssertion(() => Assert.Equal(BlockImages.Draw(3).Pixels, got?.Pixels));
        Assert.Empty(drop.FindAll(".rz-alert"));
    }

    [Theory]
    [InlineData("notes.txt", "hello")]
    [InlineData("cut.png", "\u0089PNG")]
    public void WhatIsNoImage_IsRefusedByName(string name, string content)
    {
        IRenderedComponent<ImageDrop> drop = Render<ImageDrop>();

        drop.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText(content, name));

        drop.WaitForAssertion(() => Assert.Contains(name, drop.Find(".rz-alert").TextContent, StringComparison.Ordinal));
    }
}
