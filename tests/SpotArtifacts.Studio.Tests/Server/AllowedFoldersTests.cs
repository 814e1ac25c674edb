using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Tests.Server;

public sealed class AllowedFoldersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly AllowedFolders _allowed;

    public AllowedFoldersTests()
    {
        _folder.Write("secret.txt", [1]);
        _folder.Write("runs/a/metrics.jsonl", [1]);
        _folder.Write("runs-of-another/b.txt", [1]);
        _folder.Write("photos/c.png", [1]);
        _allowed = new AllowedFolders(_folder.At("runs"), [_folder.At("photos")]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Find_WhatLiesInside_IsFound()
    {
        Assert.EndsWith("runs/a/metrics.jsonl", Slashes(_allowed.FindFile("a/metrics.jsonl")), StringComparison.Ordinal);
        Assert.EndsWith("runs/a/metrics.jsonl", Slashes(_allowed.FindFile(_folder.At("runs/a/metrics.jsonl"))),
            StringComparison.Ordinal);
        Assert.EndsWith("photos/c.png", Slashes(_allowed.FindFile("c.png", _folder.At("photos"))), StringComparison.Ordinal);
        Assert.EndsWith("photos/c.png", Slashes(_allowed.Find("a/../../photos/c.png")), StringComparison.Ordinal);
        Assert.Null(_allowed.FindFolder("a/metrics.jsonl"));
        Assert.Null(_allowed.FindFile("a"));
        Assert.NotNull(_allowed.FindFolder("a"));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../secret.txt")]
    [InlineData("a/../../secret.txt")]
    [InlineData("a/./../..//secret.txt")]
    [InlineData("../runs-of-another/b.txt")]
    [InlineData("..\\secret.txt")]
    [InlineData("%2e%2e/secret.txt")]
    [InlineData("..%2fsecret.txt")]
    [InlineData("/etc/passwd")]
    [InlineData("//etc/passwd")]
    [InlineData("///etc/passwd")]
    [InlineData("\\\\server\\share\\file")]
    [InlineData("\\\\?\\C:\\secret.txt")]
    [InlineData("\\\\.\\PhysicalDrive0")]
    [InlineData("C:\\Windows\\win.ini")]
    [InlineData("file:///etc/passwd")]
    [InlineData("~/secret.txt")]
    [InlineData("/dev/zero")]
    [InlineData("/proc/self/environ")]
    [InlineData("a/metrics.jsonl\0.png")]
    [InlineData("\0")]
    [InlineData("a/\nmetrics.jsonl")]
    [InlineData("NUL")]
    [InlineData("a/con.png")]
    [InlineData("a/Com1")]
    [InlineData("lpt9.txt")]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData(null)]
    public void Find_WhatLeadsElsewhere_IsNot(string? path) => Assert.Null(_allowed.Find(path));

    [Fact]
    public void Find_EndlessPath_IsNot()
    {
        Assert.Null(_allowed.Find(string.Concat(Enumerable.Repeat("a/../", 100_000)) + "a/metrics.jsonl"));
        Assert.Null(_allowed.Find(new string('a', 4096)));
        Assert.Null(_allowed.Find(new string('a', 300)));
    }

    [Fact]
    public void Find_LinksThatLeadOutside_AreNot()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        File.CreateSymbolicLink(_folder.At("runs/a/file"), _folder.At("secret.txt"));
        File.CreateSymbolicLink(_folder.At("runs/a/relative"), "../../secret.txt");
        Directory.CreateSymbolicLink(_folder.At("runs/out"), _folder.Path);
        Directory.CreateSymbolicLink(_folder.At("runs/again"), "out");
        Directory.CreateSymbolicLink(_folder.At("runs/a/loop"), "loop");
        File.CreateSymbolicLink(_folder.At("runs/a/dangling"), _folder.At("nothing"));

        foreach (string path in (string[])["a/file", "a/relative", "out", "out/secret.txt", "again/secret.txt", "a/loop",
            "a/loop/secret.txt", "a/dangling", "out/runs/../secret.txt"])
            Assert.Null(_allowed.Find(path));
    }

    [Fact]
    public void Find_LinksThatStayInside_GiveTheirTarget()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        Directory.CreateSymbolicLink(_folder.At("runs/there"), _folder.At("photos"));
        Directory.CreateSymbolicLink(_folder.At("linked"), _folder.At("runs"));

        Assert.Equal(_allowed.Find(_folder.At("photos/c.png")), _allowed.Find("there/c.png"));
        Assert.EndsWith("runs/a", Slashes(new AllowedFolders(_folder.At("linked"), []).Find("a")), StringComparison.Ordinal);
    }

    [Fact]
    public void Find_PipesAndSockets_AreNot()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no such files there");
        UnixFiles.MakePipe(_folder.At("runs/a/pipe"));

        Assert.Null(_allowed.Find("a/pipe"));
    }

    [Theory]
    [InlineData("mine", true)]
    [InlineData("..", false)]
    [InlineData(".", false)]
    [InlineData("a/b", false)]
    [InlineData("a\\b", false)]
    [InlineData("C:x", false)]
    [InlineData("nul", false)]
    [InlineData("a\0b", false)]
    public void ForNew_Names_AreJudged(string name, bool good) =>
        Assert.Equal(good, _allowed.ForNew(name, _folder.At("runs")) is not null);

    [Fact]
    public void Constructor_FolderOfImagesThatIsMissing_IsRefused()
    {
        StudioException refused =
            Assert.Throws<StudioException>(() => new AllowedFolders(_folder.At("runs"), [_folder.At("nowhere")]));

        Assert.Contains("nowhere", refused.Message, StringComparison.Ordinal);
    }

    private static string? Slashes(string? path) => path?.Replace('\\', '/');
}
