using SpotArtifacts.Images;
using SpotArtifacts.Repair;
using SpotArtifacts.Studio.Models;

namespace SpotArtifacts.Studio.Artifacts;

/// <summary>An image twice, as addresses of pictures: decoded as it is, and repaired after damage.</summary>
/// <param name="Left">The picture on the left.</param>
/// <param name="Right">The one on the right.</param>
/// <param name="RepairedIsLeft">Where the repaired one stands.</param>
/// <param name="NetworkSaysLeft">Where the discriminator believes it stands.</param>
internal sealed record GamePair(string Left, string Right, bool RepairedIsLeft, bool NetworkSaysLeft);

/// <summary>"Real or repaired?": a visitor and the discriminator say of the same pairs which picture is the repaired one.</summary>
/// <param name="pairs">The pairs, one or more.</param>
internal sealed class ArtifactGame(IReadOnlyList<GamePair> pairs)
{
    /// <summary>Pairs of a game.</summary>
    internal const int PairCount = 20;

    private readonly List<bool> _said = [];

    /// <summary>How many pairs there are.</summary>
    internal int Count => pairs.Count;

    /// <summary>Number of the pair that is shown, from 0.</summary>
    internal int Number { get; private set; }

    /// <summary>The pair that is shown.</summary>
    internal GamePair Pair => pairs[Number];

    /// <summary>What the visitor said of it: whether the repaired one is on the left; null before.</summary>
    internal bool? SaidLeft => _said.Count > Number ? _said[Number] : null;

    /// <summary>Whether the last pair has been answered and passed.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>Pairs that have been answered.</summary>
    internal int Answered => _said.Count;

    /// <summary>Of these, those the visitor was right on.</summary>
    internal int VisitorScore => _said.Where((left, number) => left == pairs[number].RepairedIsLeft).Count();

    /// <summary>Of these, those the discriminator was right on.</summary>
    internal int NetworkScore => pairs.Take(_said.Count).Count(pair => pair.NetworkSaysLeft == pair.RepairedIsLeft);

    /// <summary>Takes the visitor's answer; a second one of the same pair does not count.</summary>
    internal void Say(bool left)
    {
        if (SaidLeft is null && !IsOver)
            _said.Add(left);
    }

    /// <summary>Goes on, once the pair has been answered.</summary>
    internal void Next()
    {
        if (SaidLeft is null)
            return;
        if (Number + 1 < pairs.Count)
            Number++;
        else
            IsOver = true;
    }

    /// <summary>Repairs images and lays out a game.</summary>
    /// <param name="workshop">Repairs them.</param>
    /// <param name="entry">By which model.</param>
    /// <param name="images">One for each pair.</param>
    /// <param name="seed">Decides what is dropped and which picture stands where.</param>
    internal static async Task<ArtifactGame> BeginAsync(
        RepairWorkshop workshop, ModelEntry entry, IReadOnlyList<RgbImage> images, ulong seed)
    {
        IReadOnlyList<RepairedImage> repaired = await workshop.RepairAsync(entry, images, seed).ConfigureAwait(false);
        SeededRandom random = new(SeededRandom.Mix(seed, 1));
        return new ArtifactGame([.. repaired.Select(image => Lay(image, random.NextInt(2) == 0))]);
    }

    private static GamePair Lay(RepairedImage image, bool repairedIsLeft)
    {
        (string clean, string repaired) = (ImageData.Url(image.Decoded), ImageData.Url(image.Repaired));
        bool right = image.Verdicts.Repaired > image.Verdicts.Decoded;
        return repairedIsLeft
            ? new GamePair(repaired, clean, true, right)
            : new GamePair(clean, repaired, false, !right);
    }
}
