"""URLs of the pages."""

from django.urls import path

from pages.cards.serving import shared_card, shared_site_card, title_card
from pages.frame.fragment_page import FragmentPage
from pages.sharing import sitemap
from pages.sharing.robots import robots
from pages.site.about import About
from pages.site.analytics import Analytics
from pages.site.decade import Decade
from pages.site.genre import Genre, Genres
from pages.site.log_in import LogIn, LogOut
from pages.site.movie import Movie
from pages.site.operations import Operations
from pages.site.overview import Overview
from pages.site.people import People, Person
from pages.site.quality import Quality
from pages.site.search import Search
from pages.site.trending import Trending

urlpatterns = [
    path("", Overview.as_view(), name="start"),
    path("trending/", Trending.as_view(), name="pages-trending"),
    path("movies/<int:movie_id>/card.svg", title_card, name="pages-card"),
    path("movies/<int:movie_id>/card.png", shared_card, name="pages-shared-card"),
    path("card.png", shared_site_card, name="pages-site-card"),
    path("movies/<str:movie_id>/", Movie.as_view(), name="pages-movie"),
    path("genres/", Genres.as_view(), name="pages-genres"),
    path("genres/<path:name>/", Genre.as_view(), name="pages-genre"),
    path("decades/<int:decade>/", Decade.as_view(), name="pages-decade"),
    path("analytics/", Analytics.as_view(), name="pages-analytics"),
    path("people/", People.as_view(), name="pages-people"),
    # Names may hold a slash.
    path("people/<path:name>/", Person.as_view(), name="pages-person"),
    path("search/", Search.as_view(), name="pages-search"),
    path("fragments/<str:name>/", FragmentPage.as_view(), name="pages-fragment"),
    path("operations/", Operations.as_view(), name="pages-operations"),
    path("quality/", Quality.as_view(), name="pages-quality"),
    path("about/", About.as_view(), name="pages-about"),
    path("robots.txt", robots, name="robots"),
    path("sitemap.xml", sitemap.index, name="sitemap"),
    path("sitemap-<str:section>.xml", sitemap.section, name="sitemap-section"),
    path("login/", LogIn.as_view(), name="login"),
    path("logout/", LogOut.as_view(), name="logout"),
]
