using SpotArtifacts.Images.Formats;

namespace SpotArtifacts.Images.Tests.Formats;

public class TurboJpegLibraryTests
{
    [Theory]
    [InlineData("off")]
    [InlineData("OFF")]
    public void Find_Off_LooksForNothing(string asked)
    {
        TurboJpegLibrary.Found found = TurboJpegLibrary.Find(asked);
        Assert.Equal(0, found.Handle);
        Assert.Null(TurboJpegLibrary.Advice(found));
    }

    [Fact]
    public void Find_NamedFileMissing_QuotesTheLoader()
    {
        using TemporaryFolder folder = new();
        string path = folder.At("libturbojpeg.so.0");
        ImageCodecException thrown = Assert.Throws<ImageCodecException>(() => TurboJpegLibrary.Find(path));
        Assert.StartsWith(
            $"SPOT_TURBOJPEG={path}: the library cannot be loaded. The loader says:", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_NamedFileNoLibrary_QuotesTheLoader()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("libturbojpeg.so.0", "not a library"u8.ToArray());
        Assert.Contains(
            "The loader says:", Assert.Throws<ImageCodecException>(() => TurboJpegLibrary.Find(path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Find_NamedLibraryIsAnother_SaysWhatItLacks()
    {
        string other = Directory.GetFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!).First(
            file => Path.GetFileName(file)
                is "libSystem.Native.so" or "libSystem.Native.dylib" or "System.IO.Compression.Native.dll");
        ImageCodecException thrown = Assert.Throws<ImageCodecException>(() => TurboJpegLibrary.Find(other));
        Assert.Contains("has no tjInitDecompress", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Advice_NothingFound_NamesAPackage() =>
        Assert.Contains("turbo", TurboJpegLibrary.Advice(new TurboJpegLibrary.Found(0, "", "")), StringComparison.Ordinal);

    [Fact]
    public void Describe_ThisProcess_SaysWhatReadsJpeg()
    {
        ImageDecoding decoding = ImageDecoding.Describe();
        Assert.True(decoding.LibVips >= new Version(8, 18));
        Assert.Equal(TurboJpegLibrary.IsLoaded, decoding.TurboJpeg is not null);
        Assert.StartsWith($"libvips {decoding.LibVips}", decoding.ToString(), StringComparison.Ordinal);
    }
}
