namespace SpotArtifacts.Images.Tests;

public class KeyedPermutationTests
{
    [Fact]
    public void Item_EverySizeUpTo300AndSome_HitsEachNumberOnce()
    {
        foreach (int count in Enumerable.Range(1, 300).Concat([1023, 1024, 1025, 65_537, 100_000]))
        {
            KeyedPermutation permutation = new(count, seed: (ulong)count * 31);
            bool[] hit = new bool[count];
            for (int i = 0; i < count; i++)
            {
                int number = permutation[i];
                Assert.InRange(number, 0, count - 1);
                Assert.False(hit[number], $"{number} of {count} twice");
                hit[number] = true;
            }
        }
    }

    [Fact]
    public void Item_LargestCount_StaysInside()
    {
        KeyedPermutation permutation = new(int.MaxValue, 3);
        for (int i = 0; i < 1000; i++)
            Assert.InRange(permutation[int.MaxValue - 1 - i], 0, int.MaxValue - 1);
    }

    /// <summary>
    /// Chi-squared over (position, number) of all seeds: 63 * 63 degrees of freedom, so the mean is 3,969 and the deviation 89.
    /// </summary>
    [Fact]
    public void Item_ManySeeds_PutsEveryNumberEverywhereEquallyOften()
    {
        const int count = 64, seeds = 20_000;
        int[,] hits = new int[count, count];
        for (ulong seed = 0; seed < seeds; seed++)
        {
            KeyedPermutation permutation = new(count, seed);
            for (int i = 0; i < count; i++)
                hits[i, permutation[i]]++;
        }
        double expected = (double)seeds / count, chi = 0;
        foreach (int n in hits)
            chi += (n - expected) * (n - expected) / expected;
        Assert.InRange(chi, 3_969 - 6 * 89, 3_969 + 6 * 89);
    }
}
