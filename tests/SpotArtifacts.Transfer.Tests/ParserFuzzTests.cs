using SpotArtifacts.Transfer.Tests.Voc.Proposals;
using SpotArtifacts.Transfer.Voc.Proposals;

namespace SpotArtifacts.Transfer.Tests;

/// <summary>
/// The parsers of this project under <see cref="ParserFuzz"/>; those of images stand beside the tests of images.
/// </summary>
public sealed class ParserFuzzTests
{
    private static readonly string[] s_ids = ["000001", "000002"];

    public static TheoryData<string> Targets() => ParserFuzz.Pick(["voc-mat", "voc-json"]);

    [Theory]
    [MemberData(nameof(Targets))]
    public void Parse_MutatedFiles_AreAcceptedOrRefusedInOrder(string target)
    {
        if (target == "voc-mat")
            ParserFuzz.Run(target, MatSeeds(), file => ProposalFile.FromMat(file, "input", s_ids));
        else
            ParserFuzz.Run(target, [JsonSeed()], file => ProposalFile.FromJson(file, "input", s_ids));
    }

    private static byte[][] MatSeeds() =>
    [
        new MatBuilder().Add(Boxes()).Build(),
        new MatBuilder().AddCompressed(Boxes()).Build(),
        new MatBuilder().Add(MatBuilder.Cell("images", MatBuilder.Text("", "000002"), MatBuilder.Text("", "000001"))).Add(Boxes())
            .Build(),
    ];

    private static byte[] JsonSeed() => "{\"000001\": [[0, 1, 9, 19], [5, 4, 7, 6]], \"000002\": []}"u8.ToArray();

    private static byte[] Boxes() => MatBuilder.Cell(
        "boxes", MatBuilder.Numbers("", 2, 4, [2, 5, 1, 6, 20, 7, 10, 8], 4), MatBuilder.Numbers("", 1, 4, [1, 1, 9, 9]));
}
