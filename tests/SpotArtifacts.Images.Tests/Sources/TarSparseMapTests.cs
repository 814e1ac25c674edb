using System.Diagnostics;

namespace SpotArtifacts.Images.Tests.Sources;

public sealed class TarSparseMapTests : IDisposable
{
    private const int Width = 112, Height = 80;
    private static readonly byte[] s_png = PngFile.Encode(TestImages.Pattern(4, 4));
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Formats => ["gnu", "pax-0.0", "pax-0.1", "pax-1.0"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Open_FileOfGnuTar_HasItsHolesAgain(string format)
    {
        using ImageSet set = ImageSet.Open([_folder.Write("s.tar.gz", TestImages.File($"sparse-{format}.tar.gz"))]);
        Assert.Equal("s.tar.gz:s.ppm", set.Name(0));
        Assert.Equal(Picture(), set.ReadEncoded(0));
        Assert.Equal((Width, Height), (set.Load(0).Width, set.Load(0).Height));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Open_PackedByTheTarThatIsHere_HasItsHolesAgain(string format)
    {
        string name = $"{new string('n', 120)}.ppm";
        WriteWithHoles(_folder.At(name));
        _folder.Write("next.png", s_png);
        string kind = format.Split('-')[0], version = format.Split('-')[^1];
        Pack(["--sparse", $"--format={kind}", .. kind == "pax" ? [$"--sparse-version={version}"] : (string[])[],
            "-cf", "s.tar", name, "next.png"]);
        Assert.SkipUnless(new FileInfo(_folder.At("s.tar")).Length < Width * Height * 3, "no holes in files here");

        using ImageSet set = ImageSet.Open([_folder.At("s.tar")]);
        Assert.Equal([$"s.tar:{name}", "s.tar:next.png"], [set.Name(0), set.Name(1)]);
        Assert.Equal(Picture(), set.ReadEncoded(0));
        Assert.Equal(s_png, set.ReadEncoded(1));
    }

    [Theory]
    [InlineData("0,4,8,4,12,0", 12)]
    [InlineData("4,8", 12)]
    public void Open_SoundMap_IsRead(string map, int length)
    {
        using ImageSet set = OpenMapped(map, length, s_png[..8]);
        Assert.Equal(2, set.Count);
        Assert.Equal(length, set.ReadEncoded(0)!.Length);
    }

    [Theory]
    [InlineData("0,4,8,4", 11)] // beyond its end
    [InlineData("0,4,2,4", 12)] // over one another
    [InlineData("8,4,0,4", 12)] // backwards
    [InlineData("0,4", 12)] // less than is there
    [InlineData("0,9", 12)] // more than is there
    [InlineData("0,4,8", 12)]
    [InlineData("0,-4,8,4", 12)]
    [InlineData("0,4,x,4", 12)]
    [InlineData("0,4,9223372036854775807,4", 12)]
    [InlineData("0,8", 2_000_000_000)] // all memory for nothing
    public void Open_MapThatMakesNoSense_IsNamed(string map, int length)
    {
        using ImageSet set = OpenMapped(map, length, s_png[..8]);
        Assert.Equal("s.tar:a.png", set.Name(0));
        Assert.Contains(
            set.Descriptions, line => line.Contains("1 sparse file whose map makes no sense", StringComparison.Ordinal)
                && line.Contains("m.png", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1\n0\n8")]
    [InlineData("x\n0\n8\n")]
    [InlineData("-1\n")]
    [InlineData("999999999999\n0\n8\n")]
    public void Open_MapBeforeTheContentMakesNoSense_IsNamed(string map)
    {
        using ImageSet set = Open(new TarBuilder().AddPax("GNU.sparse.major", "1").AddPax("GNU.sparse.realsize", "12")
            .Add("m.png", map).Add("a.png", s_png));
        Assert.Equal(1, set.Count);
        Assert.Contains(set.Descriptions, line => line.Contains("sparse file", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    // Every other block of 512 bytes holds data, but for a hole of three pages in between.
    private static byte[] Picture()
    {
        byte[] head = System.Text.Encoding.ASCII.GetBytes($"P6 {Width} {Height} 255\n"),
            file = new byte[head.Length + Width * Height * 3];
        for (int i = 0; i < file.Length; i++)
            if (i / 512 % 2 == 0 && i is not (>= 8192 and < 20480))
                file[i] = (byte)(1 + (i * 7 >> 6) % 250);
        head.CopyTo(file, 0);
        return file;
    }

    private static void WriteWithHoles(string path)
    {
        byte[] picture = Picture();
        using FileStream file = File.Create(path);
        file.Write(picture.AsSpan(0, 8192));
        file.Position = 20480;
        file.Write(picture.AsSpan(20480));
    }

    private void Pack(string[] arguments)
    {
        try
        {
            using Process tar = Process.Start(new ProcessStartInfo("tar", arguments)
            {
                WorkingDirectory = _folder.Path,
                RedirectStandardError = true,
            })!;
            string said = tar.StandardError.ReadToEnd();
            tar.WaitForExit();
            Assert.SkipUnless(tar.ExitCode == 0, $"this tar is not GNU's: {said}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("no tar here");
        }
    }

    private ImageSet OpenMapped(string map, int length, byte[] stored) => Open(new TarBuilder()
        .AddPax("GNU.sparse.size", $"{length}").AddPax("GNU.sparse.map", map).Add("m.png", stored).Add("a.png", s_png));

    private ImageSet Open(TarBuilder tar) => ImageSet.Open([_folder.Write("s.tar", tar.Build())]);
}
