using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using SpotArtifacts.Cli.Tests.Repository;

namespace SpotArtifacts.Cli.Tests.Packages;

/// <summary>
/// What a stranger does with the packages: installs the program, writes an application.
/// </summary>
public sealed class PackageTests(PackageFeed feed) : IClassFixture<PackageFeed>
{
    private const string Features = "src/SpotArtifacts.Features";

    [Fact]
    public void Packages_OfLibraries_HaveDocumentationReadmeLicenceAndSymbols()
    {
        string[] libraries = [.. PackageFeed.Projects.Select(project => Path.GetFileName(project)!)
            .Where(name => name != "SpotArtifacts.Cli")];
        foreach (string library in libraries)
        {
            using ZipArchive package = Open($"{library}.*.nupkg"), symbols = Open($"{library}.*.snupkg");
            string[] files = [.. package.Entries.Select(entry => entry.FullName)];
            Assert.Superset(new HashSet<string> { "README.md", $"lib/net10.0/{library}.dll", $"lib/net10.0/{library}.xml" },
                files.ToHashSet());
            Assert.Contains(symbols.Entries, entry => entry.FullName == $"lib/net10.0/{library}.pdb");
            using Stream description =
                package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
            XElement metadata = XElement.Load(description).Elements().Single();
            string Of(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value ?? "";
            Assert.Equal((library, "MIT"), (Of("id"), Of("license")));
            Assert.InRange(Of("description").Length, 40, 400);
            // What it needs of this repository is a package too.
            string[] needed = [.. metadata.Descendants().Where(e => e.Name.LocalName == "dependency")
                .Select(e => e.Attribute("id")!.Value)];
            Assert.DoesNotContain(needed, id => id.StartsWith("SpotArtifacts", StringComparison.Ordinal)
                && !libraries.Contains(id));
            Assert.DoesNotContain(needed, id => id.StartsWith("libtorch", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Tool_Installed_ListsPresetsAndRunsTheDemo()
    {
        Assert.Contains("paper96", await PackageFeed.Run(feed.At(""), feed.Spot, "presets"), StringComparison.Ordinal);

        (string folder, string printed) = await feed.Demo();

        Assert.Equal(Path.Combine(folder, "report.html"), printed.Trim());
        Assert.True(File.Exists(printed.Trim()));
    }

    [Fact]
    public void Tool_OfThisPlatform_IsCompiledBeforehand()
    {
        string package = Assert.Single(Directory.GetFiles(feed.Packages, "SpotArtifacts.Tool.*-*.nupkg"));
        using ZipArchive tool = ZipFile.OpenRead(package);
        foreach (string name in (string[])["spot.dll", "SpotArtifacts.dll", "System.CommandLine.dll"])
        {
            string file = feed.At(name);
            tool.Entries.Single(entry => entry.Name == name).ExtractToFile(file);
            using PEReader program = new(File.OpenRead(file));
            Assert.NotEqual(0, program.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size);
        }
    }

    [Fact]
    public async Task Tool_Installed_ServesTheStudioAndItsAssets()
    {
        using Process studio = Process.Start(new ProcessStartInfo(feed.Spot, ["studio", feed.At("runs"), "--port", "0"])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            string address = (await studio.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!;
            using HttpClient client = new() { BaseAddress = new Uri(address) };
            foreach (string path in (string[])["", "_framework/blazor.web.js", "_content/Radzen.Blazor/Radzen.Blazor.min.js",
                "_content/Radzen.Blazor/css/standard-base.css", "studio/studio.css"])
                Assert.NotEmpty(await client.GetByteArrayAsync(new Uri(path, UriKind.Relative),
                    TestContext.Current.CancellationToken));
        }
        finally
        {
            studio.Kill();
        }
    }

    [Fact]
    public async Task Features_InANewApplication_EmbedPhotographsWithoutLibtorch()
    {
        Assert.SkipUnless(Directory.Exists(WorkTree.At(Features)), $"{Features} is not there yet");
        (string trained, _) = await feed.Demo();
        await PackageFeed.Run(feed.At(""), feed.Spot, "export", Path.Combine(trained, "run"), "--format", "onnx", "--out",
            feed.At("model.onnx"));
        string application = feed.At("application");
        WriteApplication(application);

        await PackageFeed.Dotnet(application, "build", "-c", "Release", "-o", "out", "-v", "quiet", "-nodeReuse:false");
        string photos = WorkTree.At("tests/Support/files");
        string printed = await PackageFeed.Dotnet(application, "out/application.dll", feed.At("model.onnx"),
            Path.Combine(photos, "color.jpg"), Path.Combine(photos, "progressive.jpg"));

        Assert.InRange(double.Parse(printed, CultureInfo.InvariantCulture), -1, 1.0001);
        string[] files = [.. Directory.GetFiles(Path.Combine(application, "out"), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetFileName(file)!)];
        Assert.Contains(files, file => file.Contains("onnxruntime", StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => file.Contains("torch", StringComparison.OrdinalIgnoreCase));
    }

    private ZipArchive Open(string pattern)
    {
        string library = pattern[..pattern.IndexOf('*', StringComparison.Ordinal)];
        // Of SpotArtifacts itself, not of SpotArtifacts.Images.
        return ZipFile.OpenRead(Assert.Single(Directory.GetFiles(feed.Packages, pattern),
            file => char.IsAsciiDigit(Path.GetFileName(file)[library.Length])));
    }

    // Packages of this repository come from the feed and go into a folder of their own; others may be taken from where the
    // machine keeps them.
    private void WriteApplication(string folder)
    {
        Directory.CreateDirectory(folder);
        string kept = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        bool usable = Directory.Exists(kept) && Directory.GetDirectories(kept, "spotartifacts*").Length == 0;
        File.WriteAllText(Path.Combine(folder, "nuget.config"), new XElement("configuration",
            new XElement("config", new XElement("add", new XAttribute("key", "globalPackagesFolder"),
                new XAttribute("value", "packages"))),
            new XElement("packageSources", new XElement("add", new XAttribute("key", "these"),
                new XAttribute("value", feed.Packages))),
            new XElement("fallbackPackageFolders", usable
                ? new XElement("add", new XAttribute("key", "machine"), new XAttribute("value", kept)) : null)).ToString());
        File.WriteAllText(Path.Combine(folder, "application.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="SpotArtifacts.Features" Version="*" /></ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), """
            using System.Numerics.Tensors;
            using SpotArtifacts.Features;

            using SpotModel model = SpotModel.Load(args[0]);
            float[] a = model.Embed(args[1]), b = model.Embed(args[2]);
            Console.WriteLine(FormattableString.Invariant($"{TensorPrimitives.CosineSimilarity<float>(a, b)}"));
            """);
    }
}
