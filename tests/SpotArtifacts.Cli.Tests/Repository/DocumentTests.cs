using System.CommandLine;
using System.Text.RegularExpressions;

namespace SpotArtifacts.Cli.Tests.Repository;

/// <summary>What the documents and the comments refer to is there.</summary>
public sealed partial class DocumentTests
{
    private const string Method = "docs/method.md";

    [Fact]
    public void Sections_ThatCommentsAndDocumentsCite_StandInTheMethod()
    {
        HashSet<string> sections = [.. SectionHeading().Matches(Read(Method)).Select(match => match.Groups[1].Value)];
        (string File, string Section)[] cited =
        [
            .. from file in WorkTree.Files(".cs", ".md", ".yaml", ".py", ".sh", ".csproj", ".props")
               from Match match in Citation().Matches(Read(file))
               from section in Digits().Matches(match.Groups[1].Value).Select(number => number.Value)
               select (file, section),
        ];

        Assert.Superset(new HashSet<string> { "1", "2", "3", "4", "5", "6" }, sections);
        Assert.True(cited.Length > 20, $"{cited.Length} citations found");
        Assert.DoesNotContain(cited, citation => !sections.Contains(citation.Section));
    }

    [Fact]
    public void Classes_ThatTheMethodNames_StandInTheSources()
    {
        string sources = string.Concat(WorkTree.Files(".cs").Select(Read));
        string[] names = [.. ClassName().Matches(Read(Method)).Select(match => match.Groups[1].Value).Distinct()];

        Assert.True(names.Length > 40, $"{names.Length} names found");
        Assert.DoesNotContain(names, name => !Regex.IsMatch(sources, $@"\b(class|record|struct|enum) {name}\b"));
    }

    [Fact]
    public void Links_OfEveryDocument_LeadToFiles()
    {
        (string File, string Target)[] links =
        [
            .. from file in WorkTree.Files(".md")
               from Match match in Link().Matches(Read(file))
               select (file, match.Groups[1].Value),
        ];

        Assert.True(links.Length > 10, $"{links.Length} links found");
        Assert.DoesNotContain(links, link => !Exists(Path.Combine(Path.GetDirectoryName(link.File)!, link.Target)));
    }

    [Fact]
    public void Paths_ThatDocumentsAndCommentsName_Exist()
    {
        (string File, string Path)[] paths =
        [
            .. from file in WorkTree.Files(".md", ".cs", ".yaml", ".sh", ".csproj", ".props")
               from Match match in (file.EndsWith(".cs", StringComparison.Ordinal) ? DocumentPath() : SourcePath())
                   .Matches(Read(file))
               select (file, match.Value.TrimEnd('.', '/', '-')),
        ];

        Assert.True(paths.Length > 20, $"{paths.Length} paths found");
        Assert.DoesNotContain(paths, path => !Exists(path.Path));
    }

    [Fact]
    public void Commands_ThatDocumentsName_AreThere()
    {
        RootCommand root = SpotCommandLine.CreateRoot();
        HashSet<string> known = [.. root.Subcommands.Select(command => command.Name), "test", "clean"];
        (string File, string Command)[] named =
        [
            .. from file in WorkTree.Files(".md", ".sh")
               from Match match in Command().Matches(Read(file))
               select (file, match.Groups[1].Value),
        ];

        Assert.True(named.Length > 20, $"{named.Length} commands found");
        Assert.DoesNotContain(named, command => !known.Contains(command.Command));
        // And the other way round: every command stands in the table.
        string table = Read("docs/commands.md");
        Assert.DoesNotContain(root.Subcommands, command => !table.Contains($"`spot {command.Name}", StringComparison.Ordinal));
    }

    private static string Read(string file) => File.ReadAllText(WorkTree.At(file));

    private static bool Exists(string path)
    {
        // Of a pattern, what stands before its first star.
        string full = Path.GetFullPath(WorkTree.At(path.Split('#', '*')[0]));
        return File.Exists(full) || Directory.Exists(full)
            || (path.Contains('*', StringComparison.Ordinal) && Directory.Exists(Path.GetDirectoryName(full)));
    }

    [GeneratedRegex(@"^## (\d+)\. ", RegexOptions.Multiline)]
    private static partial Regex SectionHeading();

    [GeneratedRegex(@"method\.md,? (sections? \d+(?:(?:,| and) \d+)*)")]
    private static partial Regex Citation();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();

    [GeneratedRegex(@"`([A-Z]\w*[a-z]\w*)(?:\.\w+)?`")]
    private static partial Regex ClassName();

    // Not those to elsewhere.
    [GeneratedRegex(@"\]\((?!\w+:|#)([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<![\w./-])(?:bench|docs|eng|recipes|samples|src|tests)/[\w.*/-]+")]
    private static partial Regex SourcePath();

    [GeneratedRegex(@"(?<![\w./-])docs/[a-z0-9/-]+\.\w+")]
    private static partial Regex DocumentPath();

    [GeneratedRegex(@"(?:\./|`)spot ([a-z]+)")]
    private static partial Regex Command();
}
